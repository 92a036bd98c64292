"""What a person can do about a refusal of AWS: which policy is needed, which name to check."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.clients import error_code, translated
from rowledger.functions.domain.faults import FaultCode, FaultError

# HeadObject has no code but its status; a key of KMS that is denied has its own, and SNS too.
_DENIED = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "403", "KMS.AccessDeniedException"),
        "AuthorizationError",
    }
)
_UNKNOWN = frozenset({"ResourceNotFoundException"})


@contextmanager
def explained(code: FaultCode, what: str, policy: str | None) -> Iterator[None]:
    """Raise FaultError(code) for AWS's errors, with advice for a refusal and an unknown function.

    what: as translated's. policy: the one whose rights are needed; None where no person asks.
    """
    try:
        with translated(code, what):
            yield
    except FaultError as fault:
        advice = "" if policy is None else _advice(fault.__cause__, policy)
        if not advice:
            raise
        raise FaultError(fault.code, f"{fault.message}: {advice}") from fault.__cause__


def is_denial(error: ClientError) -> bool:
    """Whether AWS refused it for want of rights."""
    return error_code(error) in _DENIED


def denial(error: ClientError, policy: str) -> str:
    """Advice where AWS denied something; else nothing."""
    if not is_denial(error):
        return ""
    return (
        f"your credentials may not do this: it takes the rights of the policy {policy}"
        " (docs/environments.md), or a profile that has them"
    )


def _advice(cause: BaseException | None, policy: str) -> str:
    if not isinstance(cause, ClientError):
        return ""
    if error_code(cause) in _UNKNOWN:
        return (
            "there is no such function or alias in this account and region: compare the"
            " environment with what is deployed (rowledger env show)"
        )
    return denial(cause, policy)
