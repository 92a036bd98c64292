"""Rotates a function's credentials, one step a call, as Secrets Manager asks for them.

Any step may be asked for again: after a fault, and after one whose answer was lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.rotation import RotationRequest, Step, next_login
from rowledger.functions.ports.administration import Administration
from rowledger.functions.ports.credentials import Credentials, VersionState
from rowledger.functions.services.administration import DatabaseAccount, new_password


@dataclass(frozen=True, slots=True)
class Rotate:
    """connection_string: of the database that the functions are to use."""

    administration: Administration
    accounts: tuple[DatabaseAccount, ...]
    connection_string: str
    new_password: Callable[[], str] = new_password

    def run(self, request: RotationRequest) -> None:
        """Do one step; raise FaultError where it cannot be done or was not announced."""
        for account in self.accounts:
            if account.store.holds(request.secret_id):
                self._step(account, request)
                return
        raise FaultError(FaultCode.MALFORMED_EVENT, f"{request.secret_id} is no function's secret")

    def _step(self, account: DatabaseAccount, request: RotationRequest) -> None:
        match account.store.version_state(request.token):
            case VersionState.UNKNOWN:
                raise FaultError(
                    FaultCode.MALFORMED_EVENT,
                    f"no rotation to version {request.token} is under way",
                )
            case VersionState.IN_FORCE:
                return  # it was finished before
            case VersionState.PROPOSED:
                self._do(account, request.step, request.token)

    def _do(self, account: DatabaseAccount, step: Step, token: str) -> None:
        match step:
            case Step.CREATE:
                self._create(account, token)
            case Step.SET:
                self._set(account, token)
            case Step.TEST:
                self._test(account, token)
            case Step.FINISH:
                # Whatever was skipped or lost before: what is in force always works.
                self._proposed(account, token)
                self._test(account, token)
                account.store.promote(token)

    def _create(self, account: DatabaseAccount, token: str) -> None:
        if account.store.proposed(token) is not None:
            return
        known = account.store.in_force()
        account.store.propose(
            token,
            Credentials(
                self.connection_string,
                next_login(account.logins, known.username if known else None),
                self.new_password(),
            ),
        )

    def _set(self, account: DatabaseAccount, token: str) -> None:
        proposed, known = self._proposed(account, token), account.store.in_force()
        if known is not None and known.username == proposed.username:
            # Put into force meanwhile, by a migration that had to.
            raise FaultError(
                FaultCode.CREDENTIALS,
                f"{proposed.username} is in force: cancel this rotation and begin another",
            )
        self.administration.put_login(proposed, account.role)

    def _test(self, account: DatabaseAccount, token: str) -> None:
        # A schedule that is set up is tried out with this step alone: nothing is proposed then.
        tested = account.store.proposed(token) or account.store.in_force()
        if tested is None or not self.administration.accepts(tested):
            raise FaultError(
                FaultCode.DATABASE_REFUSED, f"the database refuses the login of version {token}"
            )

    def _proposed(self, account: DatabaseAccount, token: str) -> Credentials:
        proposed = account.store.proposed(token)
        if proposed is None:
            raise FaultError(FaultCode.CREDENTIALS, f"version {token} holds no credentials yet")
        return proposed
