"""The fake of the Administration port."""

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.administration import Changes
from rowledger.functions.ports.credentials import Credentials

_ALL = Changes(("owner", "function"), ("0001_ledger",))


class FakeAdministration:
    def __init__(self) -> None:
        self.prepared = False
        self.passwords: dict[str, str] = {}

    def prepare(self) -> Changes:
        changes = self.survey()
        self.prepared = True
        return changes

    def survey(self) -> Changes:
        return Changes((), ()) if self.prepared else _ALL

    def put_login(self, credentials: Credentials, role: str) -> None:
        if not self.prepared:
            raise FaultError(FaultCode.DATABASE, "the database was never prepared")
        self.passwords[credentials.username] = credentials.password

    def accepts(self, credentials: Credentials) -> bool:
        return self.passwords.get(credentials.username) == credentials.password
