"""The count of what was told: mails and events against the notifications in the ledger."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pg8000.native import Connection

from rowledger.local.mail.inbox import mails
from rowledger.local.waiting import until
from tests.faults.arena import Arena

_MAIL_SECONDS = 30.0
_NOTIFICATIONS = """
SELECT n.file_id, n.message_id, n.body, n.sent_at IS NOT NULL, n.event, n.created_at, d.message_id
  FROM notification n JOIN file_metadata f ON f.id = n.file_id
  LEFT JOIN digest d ON d.id = n.digest_id
 WHERE starts_with(f.filename, :prefix) ORDER BY n.attempt
"""


@dataclass(frozen=True)
class Notice:
    file_id: int
    message_id: str
    body: str
    sent: bool
    event: str | None
    created_at: datetime
    digest: str | None

    @property
    def mailed_as(self) -> str:
        """The id of the message that people get."""
        return self.digest or self.message_id


@dataclass
class Account:
    """What was found under a prefix. lost and doubled: one line a finding, naming the upload."""

    uploads: int = 0
    rows: int = 0
    receipts: int = 0
    backups: int = 0
    outcomes: int = 0
    mails: int = 0
    events: int = 0
    digests: int = 0
    repeated: int = 0
    """Mails that came again with the same message id and content: allowed, and counted."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise AssertionError with every finding."""
        findings = [f"lost: {each}" for each in self.lost]
        findings += [f"doubled: {each}" for each in self.doubled]
        assert not findings, "\n".join(findings)
        assert self.uploads, "there was nothing to count"


def notices_of(connection: Connection, prefix: str) -> list[Notice]:
    """Read the notifications of the uploads whose keys begin with a prefix."""
    return [Notice(*row) for row in connection.run(_NOTIFICATIONS, prefix=prefix)]


class MailAudit:
    """One count of what was told of the uploads whose keys begin with a prefix."""

    def __init__(self, arena: Arena, prefix: str, notices: Sequence[Notice]) -> None:
        self._inbox = arena.stack.inbox_dir
        self._events = arena.events
        self._prefix = prefix
        self._notices = notices

    def count(self, account: Account) -> None:
        """Add to an account what is found."""
        self._count_mails(account)
        self._count_events(account)

    def _count_mails(self, account: Account) -> None:
        """Mails against notifications, by the message id that both carry."""
        notices = {notice.message_id: notice for notice in self._notices}
        digests = {notice.digest for notice in self._notices}
        account.digests = len(digests - {None})
        sent = {notice.mailed_as for notice in self._notices if notice.sent}
        until(lambda: sent <= {message_id for message_id, _ in self._mails()}, _MAIL_SECONDS)
        arrived = list(self._mails())
        account.mails = len(arrived)
        counted = Counter(message_id for message_id, _ in arrived)
        account.repeated = sum(counted.values()) - len(counted)
        missing = sorted(sent - set(counted))
        account.lost += [f"{message_id}: its mail did not come" for message_id in missing]
        bodies = dict(arrived)
        account.lost += [
            f"{each.message_id}: its digest does not name it"
            for each in self._notices
            if each.digest in bodies and not _is_listed(each, bodies[each.digest])
        ]
        for message_id, body in set(arrived):
            notice = notices.get(message_id)
            if message_id in digests:
                same = [each for found, each in set(arrived) if found == message_id]
                if len(same) > 1:
                    account.doubled.append(f"{message_id}: a digest that says two things")
            elif notice is None:
                account.doubled.append(f"{message_id}: announced and never committed")
            elif notice.digest:
                account.doubled.append(f"{message_id}: mailed alone and in a digest")
            elif notice.body.split() != body.split():
                account.doubled.append(f"{message_id}: its mail says something else")

    def _count_events(self, account: Account) -> None:
        """Events against notifications, by the message id that both carry."""
        since = self._events.opened_at
        wanted = {
            notice.message_id: notice.event
            for notice in self._notices
            if notice.event and notice.created_at > since
        }
        until(lambda: set(wanted) <= set(self._events.drain()), _MAIL_SECONDS)
        received = self._events.received
        for message_id, event in wanted.items():
            texts = received.get(message_id, [])
            if not texts:
                account.lost.append(f"{message_id}: its event did not come")
            elif set(texts) != {event}:
                account.doubled.append(f"{message_id}: its event says something else")
            account.events += len(texts)

    def _mails(self) -> Iterator[tuple[str, str]]:
        digests = {notice.digest for notice in self._notices if notice.digest}
        for mail in mails(self._inbox):
            content = mail.content
            message_id = str(content["X-Attribute-message-id"])
            named = str(content["X-Attribute-filename"] or "").startswith(self._prefix)
            if named or message_id in digests:
                yield message_id, content.get_content()


def _is_listed(notice: Notice, digest: str) -> bool:
    """Whether a digest names an outcome: each rejected one, and the first of the others."""
    if f"  {notice.file_id}  " in digest:
        return True
    return "Reason:" not in notice.body and " more (ledger ids" in digest
