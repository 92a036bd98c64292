"""A trial makes each call on the ledger and on its model, and compares the two."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from rowledger.functions.domain.ledger import InProgress
from tests.faults.ledger_calls import (
    AskingToPublish,
    Call,
    Claiming,
    Known,
    Returned,
    answer_of,
    nth_last,
    perform,
)
from tests.faults.ledger_invariants import check_history, check_moment
from tests.faults.ledger_model import Model, Word, identity
from tests.faults.ledger_order import explain
from tests.faults.ledger_workers import Crew, Worker
from tests.unit.builders import RECEIVED, an_upload

# Two versions of one key in the same millisecond, and another key.
UPLOADS = {
    "orders v1": ("orders.csv", "v1"),
    "orders v2": ("orders.csv", "v2"),
    "stock v1": ("stock.csv", "v1"),
}


class Trial:
    """number: its uploads are its own, in a ledger that other trials have written to before.

    story: what was called and what came of it.
    """

    def __init__(self, crew: Crew, number: int) -> None:
        self.crew = crew
        self.bucket = f"bucket-{number}"
        received_at = RECEIVED - timedelta(days=number)
        self.known = Known(
            {
                of: an_upload(key, version_id, bucket=self.bucket, received_at=received_at)
                for of, (key, version_id) in UPLOADS.items()
            }
        )
        self.story: list[str] = []
        self.model = Model()
        self.view = crew.view(self.bucket)

    def prepare(self, call: Call, *, live: bool) -> bool:
        """Say whether there is what the call is about.

        live: bring it about first that the call changes something.
        """
        first = call.first(self.model.files.get(identity(self.known.uploads[call.of])))
        if first and (live or not call.is_possible(self.known)):
            self.make(first, live=True)
        return call.is_possible(self.known)

    def make(
        self, call: Call, by: int = 0, dies_after: int | None = None, *, live: bool = False
    ) -> None:
        """by: which worker. dies_after: how many answers its connection still gives."""
        if not self.prepare(call, live=live):
            return
        worker = self._worker(call, by)
        with worker.database.dying_after(dies_after):
            returned = perform(call, self.known, worker.ledger)
        self._account_for([call], [returned], call if dies_after else None)
        if isinstance(returned, InProgress):
            assert returned.until in self.view.lease_ends(), "it says until when"

    def race(
        self,
        calls: Sequence[Call],
        *,
        gate: bool,
        victim: int | None = None,
        live: bool = False,
    ) -> None:
        """gate: see Crew.at_once. victim: the call whose connection is ended meanwhile."""
        calls = [call for call in calls if self.prepare(call, live=live)]
        if not calls:
            return
        if victim is not None:
            victim %= len(calls)
        returned = self.crew.at_once(
            [
                (self._worker(call, by), partial(perform, call, self.known))
                for by, call in enumerate(calls)
            ],
            past_gate=list(self.known.uploads.values()) if gate else [],
            victim=victim,
        )
        self._account_for(calls, returned, None if victim is None else calls[victim])

    def end_lease(self, of: str, taken_over_by: str | None = None) -> None:
        if of not in self.known.file_ids:
            return
        self.story.append(f"the lease of {of} ends")
        self.crew.end_lease(self.known.file_ids[of])
        self.model.lease_ends(self.known.uploads[of])
        self._look()
        if taken_over_by:
            self.make(Claiming(of, taken_over_by))

    def end_right_to_publish(self, of: str, ago: int = 0, taken_over_by: str | None = None) -> None:
        if not self.known.messages[of]:
            return
        pending = nth_last(self.known.messages[of], ago)
        message_id = pending.notification.message_id
        self.story.append(f"the right to publish {message_id} ends")
        self.crew.end_publishing(pending.id)
        self.model.publishing_ends(self.known.uploads[of], message_id)
        self._look()
        if taken_over_by:
            self.make(AskingToPublish(of, taken_over_by))

    def _worker(self, call: Call, by: int) -> Worker:
        return (self.crew.operators if call.by_operator else self.crew.workers)[by]

    def _account_for(
        self, calls: Sequence[Call], returned: Sequence[Returned], struck: Call | None
    ) -> None:
        """struck: the call that may have lost its answer."""
        answered = [(call, answer_of(each)) for call, each in zip(calls, returned, strict=True)]
        self.story.append(" and ".join(f"{call}: {answer}" for call, answer in answered))
        for call, answer in answered:
            if answer is Word.NO_ANSWER:
                assert call is struck, f"no answer to {call}"
                assert not call.survives_a_lost_answer, f"no second try of {call}"
        before = self.model
        after = self._look()
        model = explain(before, self.known, answered, after)
        assert model, f"\nbefore: {before}\nanswers: {answered}\nafter: {after}"
        self.model = model
        for call, each in zip(calls, returned, strict=True):
            self.known.learn(call.of, each)

    def _look(self) -> Model:
        """See what stands, and that nothing was lost, doubled or rewritten meanwhile."""
        earlier, self.view = self.view, self.crew.view(self.bucket)
        check_moment(self.view)
        check_history(earlier, self.view)
        ids = self.view.file_ids()
        self.known.file_ids = {
            of: ids[identity(upload)]
            for of, upload in self.known.uploads.items()
            if identity(upload) in ids
        }
        return self.view.as_model()
