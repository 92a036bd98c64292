"""The specification of the ledger, as a model that PostgreSQL is compared with.

docs/ledger-model.md explains it. Written from docs/architecture.md and from the port's docstrings
(functions/ports/ledger.py): what a caller is answered, and what the ledger then holds. How it does
that is no part of the model, and there is no clock in it: a lease holds until something ends it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from rowledger.functions.domain.keys import alternative_backup_key, backup_key
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Outcome, Status, record_of
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.upload import Upload

Identity = tuple[str, str, str]


def identity(upload: Upload) -> Identity:
    return upload.bucket, upload.key, upload.version_id


# What a caller is answered.


@dataclass(frozen=True)
class Began:
    """An attempt, which is the caller's until its lease ends."""

    attempt: int
    backup_key: str


@dataclass(frozen=True)
class Over:
    """The upload has its outcome."""

    status: Status


@dataclass(frozen=True)
class MayPublish:
    """A message that nobody else may publish until the right to do so ends."""

    content: Notification
    publisher: str


class Word(Enum):
    BUSY = "come again: somebody else holds it"
    LEASE_LOST = "this attempt can commit nothing any more"
    REFUSED = "the ledger has no such upload, so there is no outcome to make way"
    NO_ANSWER = "the connection was lost: it happened or it did not"


Answer = Began | Over | MayPublish | Word | None


# What the ledger holds.


@dataclass
class Attempt:
    """result: the outcome's status or a fault's code; None while it runs or where it crashed."""

    request: str
    result: str | None = None


@dataclass(frozen=True)
class Result:
    """An outcome, and the attempt that committed it."""

    attempt: int
    status: Status
    rows: int | None
    columns: int | None
    size_bytes: int
    sha256: str | None
    dialect: dict[str, Any] | None = field(hash=False)
    error: dict[str, Any] | None = field(hash=False)


@dataclass
class Message:
    """An outcome's notification: pending, held by a publisher while pending, or sent."""

    attempt: int
    content: Notification
    publisher: str
    held: bool = True
    topic_message_id: str | None = None

    @property
    def sent(self) -> bool:
        return self.topic_message_id is not None


@dataclass
class File:
    """An upload's row. upload: its size is the event's word until an attempt has read it."""

    upload: Upload
    backup_key: str
    attempts: list[Attempt]
    held: bool = True
    result: Result | None = None
    backup_version_id: str | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def holder(self) -> str:
        return self.attempts[-1].request

    @property
    def unsent(self) -> list[Message]:
        """The oldest first."""
        return [message for message in self.messages if not message.sent]

    def is_at_work(self, attempt: int) -> bool:
        """Whether this is the latest attempt, and no outcome stands."""
        return self.result is None and attempt == len(self.attempts)


@dataclass(frozen=True)
class Replay:
    of: Identity
    request: ReplayRequest
    previous: Result | None


@dataclass
class Model:
    """replays: in no order, as two of an upload that has no row may be recorded side by side."""

    files: dict[Identity, File] = field(default_factory=dict)
    replays: Counter[Replay] = field(default_factory=Counter)

    def copy(self) -> "Model":
        """A model that can be taken further without this one."""
        files = {
            name: replace(
                file,
                attempts=list(map(replace, file.attempts)),
                messages=list(map(replace, file.messages)),
            )
            for name, file in self.files.items()
        }
        return Model(files, Counter(self.replays))

    def claim(self, upload: Upload, request: str) -> Answer:
        """One attempt at a time; only a request may take over from itself before the lease ends."""
        file = self.files.get(identity(upload))
        if file is None:
            file = File(upload, self._free_backup_key(upload), [Attempt(request)])
            self.files[identity(upload)] = file
        elif file.result:
            return Over(file.result.status)
        elif file.held and file.holder != request:
            return Word.BUSY
        else:
            file.attempts.append(Attempt(request))
            file.held = True
        return Began(len(file.attempts), file.backup_key)

    def commit(
        self,
        upload: Upload,
        attempt: int,
        outcome: Outcome,
        content: Notification,
        backup_version_id: str,
    ) -> Answer:
        """Outcome and message together, by the attempt that holds the upload; else nothing."""
        file = self.files[identity(upload)]
        if not file.is_at_work(attempt) or not file.held:
            return Word.LEASE_LOST
        record = record_of(outcome)
        file.held = False
        file.upload = replace(file.upload, size_bytes=record.file_size_bytes)
        file.result = _result(attempt, outcome)
        file.backup_version_id = backup_version_id
        file.attempts[-1].result = record.status
        file.messages.append(Message(attempt, content, file.holder))
        return MayPublish(content, file.holder)

    def release(self, upload: Upload, attempt: int, code: str) -> Answer:
        """The latest attempt ends for the reason it gives, unless it ended before."""
        file = self.files[identity(upload)]
        if file.is_at_work(attempt):
            file.held = False
            file.attempts[-1].result = file.attempts[-1].result or code
        return None

    def pending_notification(self, upload: Upload, request: str) -> Answer:
        """The right to publish the oldest unsent message that nobody else holds."""
        unsent = self.files[identity(upload)].unsent
        for message in unsent:
            if not message.held or message.publisher == request:
                message.publisher, message.held = request, True
                return MayPublish(message.content, request)
        return Word.BUSY if unsent else None

    def mark_sent(self, upload: Upload, message_id: str, topic_message_id: str) -> Answer:
        """What is on record as sent stays as it is, whoever sends it again."""
        message = self._message(upload, message_id)
        message.held = False
        message.topic_message_id = message.topic_message_id or topic_message_id
        return None

    def release_notification(self, upload: Upload, message_id: str, publisher: str) -> Answer:
        """A publisher gives up its own right, and nobody else's."""
        message = self._message(upload, message_id)
        if message.publisher == publisher:
            message.held = False
        return None

    def reopen(self, uploads: Sequence[Upload], request: ReplayRequest) -> Answer:
        """All of them or none; each is on record, and its outcome makes way where that is asked."""
        found = []
        for upload in sorted(uploads, key=identity):
            file = self.files.get(identity(upload))
            if file is None and request.reopens:
                return Word.REFUSED
            if file is not None and file.held:
                return Word.BUSY
            if file is not None:
                found.append(file)
        results = {identity(file.upload): file.result for file in found}
        for name in map(identity, uploads):
            self.replays[Replay(name, request, results.get(name))] += 1
        if request.reopens:
            for file in found:
                file.result = None
        return None

    # Time passes.

    def lease_ends(self, upload: Upload) -> None:
        self.files[identity(upload)].held = False

    def publishing_ends(self, upload: Upload, message_id: str) -> None:
        self._message(upload, message_id).held = False

    def _free_backup_key(self, upload: Upload) -> str:
        taken = {file.backup_key for file in self.files.values()}
        key = backup_key(upload)
        return alternative_backup_key(upload) if key in taken else key

    def _message(self, upload: Upload, message_id: str) -> Message:
        """An upload's message, which somebody was given once."""
        messages = self.files[identity(upload)].messages
        return next(message for message in messages if message.content.message_id == message_id)


def _result(attempt: int, outcome: Outcome) -> Result:
    record = record_of(outcome)
    return Result(
        attempt,
        record.status,
        record.rows_count,
        record.columns_count,
        record.file_size_bytes,
        record.sha256,
        record.dialect,
        record.error,
    )
