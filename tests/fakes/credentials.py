"""Credentials in memory: the fakes of the credentials ports."""

from rowledger.functions.ports.credentials import Credentials, VersionState


class FakeCredentials:
    """Hands out the given credentials in turn, one further at each refresh."""

    def __init__(self, *credentials: Credentials) -> None:
        self._credentials = list(credentials)
        self.refreshed = 0

    def get(self) -> Credentials:
        return self._credentials[min(self.refreshed, len(self._credentials) - 1)]

    def refresh(self) -> Credentials:
        self.refreshed += 1
        return self.get()


class FakeCredentialStore:
    """The fake of CredentialStore."""

    def __init__(self, secret_id: str) -> None:
        self._secret_id = secret_id
        self._in_force: str | None = None
        self._versions: dict[str, Credentials | None] = {}

    def announce(self, token: str) -> None:
        """Begin a rotation as Secrets Manager does: with a proposed version that is empty."""
        self._versions[token] = None

    def holds(self, secret_id: str) -> bool:
        return secret_id == self._secret_id

    def in_force(self) -> Credentials | None:
        return self._versions[self._in_force] if self._in_force else None

    def enforce(self, credentials: Credentials) -> None:
        token = f"version-{len(self._versions)}"
        self._versions[token] = credentials
        self._in_force = token

    def version_state(self, token: str) -> VersionState:
        if token not in self._versions:
            return VersionState.UNKNOWN
        return VersionState.IN_FORCE if token == self._in_force else VersionState.PROPOSED

    def proposed(self, token: str) -> Credentials | None:
        return self._versions[token]

    def propose(self, token: str, credentials: Credentials) -> None:
        self._versions[token] = credentials

    def promote(self, token: str) -> None:
        self._in_force = token
