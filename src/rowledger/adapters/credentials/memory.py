"""Credentials from memory: the twin of SecretsManagerCredentials."""

from rowledger.adapters.credentials import Credentials


class MemoryCredentials:
    """Hands out the given credentials in turn, one further at each refresh."""

    def __init__(self, *credentials: Credentials) -> None:
        self._credentials = list(credentials)
        self.refreshed = 0

    def get(self) -> Credentials:
        return self._credentials[min(self.refreshed, len(self._credentials) - 1)]

    def refresh(self) -> Credentials:
        self.refreshed += 1
        return self.get()
