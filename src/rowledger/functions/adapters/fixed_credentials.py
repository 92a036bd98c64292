"""Credentials that are known beforehand, and stay as they are."""

from dataclasses import dataclass

from rowledger.functions.ports.credentials import Credentials


@dataclass(frozen=True, slots=True)
class FixedCredentials:
    """A CredentialSource that always gives the same credentials."""

    credentials: Credentials

    def get(self) -> Credentials:
        return self.credentials

    def refresh(self) -> Credentials:
        return self.credentials
