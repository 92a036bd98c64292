"""The ledger's calls: what each does to the model, and how a worker makes it.

A call is plain data. Which claim or message it is about, it says by how long ago its worker was
given it, so that calls of attempts long overtaken are as likely as calls in order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim, ClaimResult, Finished, InProgress
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome, examine, record_of
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from tests.faults.ledger_model import Answer, Began, File, MayPublish, Model, Over, Word
from tests.integration.ledger_bench import AnyLedger

T = TypeVar("T")

# The two faults that a caller of the ledger must live with.
_WORDS = {
    FaultCode.LEASE_LOST: Word.LEASE_LOST,
    FaultCode.DATABASE_UNAVAILABLE: Word.NO_ANSWER,
    FaultCode.MALFORMED_EVENT: Word.REFUSED,
}

Returned = ClaimResult | PendingNotification | FaultCode | None


@dataclass
class Known:
    """What the workers know, by upload: its row, and every right they were ever given.

    A right stays here when it has ended, as its worker may not know.
    """

    uploads: dict[str, Upload]
    file_ids: dict[str, int] = field(default_factory=dict)
    claims: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    messages: dict[str, list[PendingNotification]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def learn(self, of: str, returned: Returned) -> None:
        if isinstance(returned, Claim | Finished):
            assert returned.file_id == self.file_ids[of]
        if isinstance(returned, Claim):
            self.claims[of].append(returned)
        elif isinstance(returned, PendingNotification):
            self.messages[of].append(returned)


def nth_last(given: Sequence[T], ago: int) -> T:
    """ago: 0 for the last one; from the last again where that is too far back."""
    return given[-1 - ago % len(given)]


@dataclass(frozen=True)
class Call:
    """of: the upload it is about."""

    of: str
    by_operator: ClassVar[bool] = False
    # Whether the worker learns what came of it although its connection dies once.
    survives_a_lost_answer: ClassVar[bool] = False

    def is_possible(self, known: Known) -> bool:
        """Whether there is what it is about."""
        return True

    def first(self, file: File | None) -> "Call | None":
        """The call that must come before this one can change anything; None where none must."""
        return None

    def on_model(self, model: Model, known: Known) -> Answer:
        raise NotImplementedError

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        raise NotImplementedError

    def may_stumble_over(self, other: "Call") -> bool:
        """Whether it may be told to come again, where nobody holds a thing, for racing the other.

        It looks twice, and the other came between. It changes nothing then.
        """
        return False


@dataclass(frozen=True)
class Claiming(Call):
    request: str

    def on_model(self, model: Model, known: Known) -> Answer:
        return model.claim(known.uploads[self.of], self.request)

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        return ledger.claim(known.uploads[self.of], self.request)

    def may_stumble_over(self, other: Call) -> bool:
        return isinstance(other, Reopening)


@dataclass(frozen=True)
class _ByAttempt(Call):
    """ago: which of the claims that were given, see nth_last."""

    ago: int

    def is_possible(self, known: Known) -> bool:
        return bool(known.claims[self.of])

    def first(self, file: File | None) -> Call | None:
        if file and file.result:
            return Reopening(self.of, frozenset(), ReplaySource.LEDGER)
        return None if file and file.held else Claiming(self.of, "r1")

    def claim(self, known: Known) -> Claim:
        return nth_last(known.claims[self.of], self.ago)


@dataclass(frozen=True)
class Committing(_ByAttempt):
    """rows: of the good file it counted; None where it rejected the file."""

    rows: int | None

    def on_model(self, model: Model, known: Known) -> Answer:
        attempt = self.claim(known).attempt
        return model.commit(
            known.uploads[self.of], attempt, self._outcome(), self._content(known), self._backup()
        )

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        return ledger.commit(
            self.claim(known),
            self._outcome(),
            self._content(known),
            backup_version_id=self._backup(),
            duration_ms=12,
        )

    def _outcome(self) -> Outcome:
        data = b'a\n"' if self.rows is None else b"a\n" + b"1\n" * self.rows
        return examine([data], header=True)

    def _backup(self) -> str:
        return f"backup of {self.rows} rows"

    def _content(self, known: Known) -> Notification:
        upload, attempt = known.uploads[self.of], self.claim(known).attempt
        return Notification(
            f"{upload.bucket}/{upload.key}?{upload.version_id}#{attempt}",
            f"{upload.key}: {self.rows} rows",
            f"{self.rows} rows, by attempt {attempt}\n",
            {"status": record_of(self._outcome()).status.value, "filename": upload.key},
        )


@dataclass(frozen=True)
class Releasing(_ByAttempt):
    code: FaultCode

    def on_model(self, model: Model, known: Known) -> Answer:
        attempt = self.claim(known).attempt
        return model.release(known.uploads[self.of], attempt, self.code.value)

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        ledger.release(self.claim(known), self.code)
        return None


@dataclass(frozen=True)
class AskingToPublish(Call):
    request: str

    def is_possible(self, known: Known) -> bool:
        return self.of in known.file_ids

    def first(self, file: File | None) -> Call | None:
        return None if file and file.unsent else Committing(self.of, ago=0, rows=1)

    def on_model(self, model: Model, known: Known) -> Answer:
        return model.pending_notification(known.uploads[self.of], self.request)

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        return ledger.pending_notification(known.file_ids[self.of], self.request)

    def may_stumble_over(self, other: Call) -> bool:
        return isinstance(other, Committing)


@dataclass(frozen=True)
class _ByPublisher(Call):
    """ago: which of the messages that were given, see nth_last."""

    ago: int

    def is_possible(self, known: Known) -> bool:
        return bool(known.messages[self.of])

    def first(self, file: File | None) -> Call | None:
        return None if file and file.unsent else Committing(self.of, ago=0, rows=1)

    def message(self, known: Known) -> PendingNotification:
        return nth_last(known.messages[self.of], self.ago)


@dataclass(frozen=True)
class MarkingSent(_ByPublisher):
    topic_message_id: str
    survives_a_lost_answer: ClassVar[bool] = True

    def on_model(self, model: Model, known: Known) -> Answer:
        message_id = self.message(known).notification.message_id
        return model.mark_sent(known.uploads[self.of], message_id, self.topic_message_id)

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        ledger.mark_sent(self.message(known), self.topic_message_id)
        return None


@dataclass(frozen=True)
class GivingUpPublishing(_ByPublisher):
    def on_model(self, model: Model, known: Known) -> Answer:
        message = self.message(known)
        return model.release_notification(
            known.uploads[self.of], message.notification.message_id, message.request_id
        )

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        ledger.release_notification(self.message(known))
        return None


@dataclass(frozen=True)
class Reopening(Call):
    """others: replayed with it, all or none."""

    others: frozenset[str]
    source: ReplaySource
    by_operator: ClassVar[bool] = True

    def first(self, file: File | None) -> Call | None:
        return None if file and file.result else Committing(self.of, ago=0, rows=1)

    def on_model(self, model: Model, known: Known) -> Answer:
        return model.reopen(self._uploads(known), self._request())

    def on_ledger(self, ledger: AnyLedger, known: Known) -> Returned:
        return ledger.reopen(self._uploads(known), self._request())

    def _uploads(self, known: Known) -> list[Upload]:
        return [known.uploads[name] for name in sorted({self.of, *self.others})]

    def _request(self) -> ReplayRequest:
        return ReplayRequest("ada", "the header setting was wrong", self.source)


def perform(call: Call, known: Known, ledger: AnyLedger) -> Returned:
    """Make the call; of the ledger's faults those that a caller must live with are returned."""
    try:
        return call.on_ledger(ledger, known)
    except FaultError as fault:
        if fault.code in _WORDS:
            return fault.code
        raise


def answer_of(returned: Returned) -> Answer:
    """What the caller was answered, in the model's terms."""
    match returned:
        case Claim(attempt=attempt, backup_key=backup_key):
            return Began(attempt, backup_key)
        case Finished(status=status):
            return Over(status)
        case InProgress():
            return Word.BUSY
        case PendingNotification(notification=content, request_id=publisher):
            return MayPublish(content, publisher)
        case FaultCode() as code:
            return _WORDS[code]
        case None:
            return None
