"""What S3 answers where an upload's own version cannot be read.

As Amazon S3's API reference (GetObject, CopyObject) and users' reports have it: an archived object
answers 403 InvalidObjectState, its copy 403 ObjectNotInActiveTierError; one under the sender's key
(SSE-C) answers 400 InvalidRequest with a message about server-side encryption; denied is 403
AccessDenied, whether the object or its KMS key is, and a key that is disabled, gone or about to be
deleted answers with a code that begins with "KMS.". Only AWS itself can show all of it: what is not
recognised here stays a fault, which is tried again, and ends by the rule of domain/unreadable.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.clients import error_code, translated
from rowledger.functions.domain.faults import FaultCode, FaultError

_ARCHIVED = frozenset({"InvalidObjectState", "ObjectNotInActiveTierError"})
# In AWS's messages about a key: the action that is denied, and the older wording.
_ABOUT_A_KEY = ("kms:", "customer master key", "KMS key")


@contextmanager
def source_translated(
    what: str, *, denied: FaultCode = FaultCode.OBJECT_ACCESS_DENIED
) -> Iterator[None]:
    """Raise FaultError for AWS's errors, with a code of its own for an object nobody can read.

    Args:
        what: the thing that was being done, such as "reading 'orders.csv'".
        denied: the code where access is denied.
    """
    with translated(FaultCode.STORAGE, what):
        try:
            yield
        except ClientError as error:
            found = _fault_of(error, denied)
            if found is None:
                raise
            code, reason = found
            raise FaultError(code, f"{what}: {reason}") from error


def _fault_of(error: ClientError, denied: FaultCode) -> tuple[FaultCode, str] | None:
    """The fault's code and S3's reason; None where the error is none of these."""
    reason = error_code(error)
    # It is not shown: it names accounts and roles.
    message = str(error.response.get("Error", {}).get("Message", ""))
    if reason in _ARCHIVED:
        return FaultCode.OBJECT_ARCHIVED, reason
    if reason == "InvalidRequest" and "server side encryption" in message.lower():
        return FaultCode.OBJECT_ENCRYPTED, reason
    if reason.startswith("KMS."):
        return denied, reason
    if reason == "AccessDenied":
        key = any(words in message for words in _ABOUT_A_KEY)
        return denied, "AccessDenied to its KMS key" if key else reason
    return None
