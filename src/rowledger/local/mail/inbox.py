"""A real mail server on loopback that keeps every mail as a file."""

import itertools
import smtplib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from rowledger.local.private_files import write_private

PROBE_SECONDS = 5.0
_MAX_MAIL_BYTES = 1_000_000


@dataclass(frozen=True)
class Mail:
    """A mail in the inbox; numbers begin at 1 in the order of arrival."""

    number: int
    path: Path

    @property
    def content(self) -> EmailMessage:
        return _read(self.path)


def mails(folder: Path) -> list[Mail]:
    """Every mail of an inbox, the oldest first."""
    return [Mail(number, path) for number, path in enumerate(sorted(folder.glob("*.eml")), start=1)]


@lru_cache(maxsize=4096)
def _read(path: Path) -> EmailMessage:
    """Read a mail, which never changes: who waits for one looks at all of them again and again."""
    return message_from_bytes(path.read_bytes(), policy=default)


def arrived(mail: Mail) -> datetime:
    """When the mail came in."""
    return datetime.fromtimestamp(int(mail.path.stem.split("-")[0]) / 1e9, tz=UTC)


def serve(folder: Path, host: str, port: int) -> Controller:
    """Start a server in a thread of its own; raise OSError if the port is taken."""
    controller = Controller(_MailHandler(folder), host, port, data_size_limit=_MAX_MAIL_BYTES)
    controller.start()
    return controller


def greets(host: str, port: int, timeout_seconds: float = PROBE_SECONDS) -> bool:
    """Whether a mail server answers at the address within timeout_seconds."""
    try:
        with smtplib.SMTP(host, port, timeout=timeout_seconds) as server:
            return server.noop()[0] == 250  # noqa: PLR2004 -- SMTP's own number
    except (OSError, smtplib.SMTPException):
        return False


class _MailHandler:
    """aiosmtpd's handler: a mail is accepted only once it is on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        name = f"{time.time_ns():020d}-{next(self._numbers) % 10_000:04d}.eml"
        write_private(self._folder / name, cast("bytes", envelope.content))
        return "250 OK"
