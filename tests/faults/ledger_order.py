"""Calls at the same time must come to what they come to in some order one after another."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from tests.faults.ledger_calls import Call, Known
from tests.faults.ledger_model import Answer, Model, Word

Answered = tuple[Call, Answer]


def explain(
    before: Model, known: Known, answered: Sequence[Answered], after: Model
) -> Model | None:
    """The model after the calls in an order that explains their answers and what stands after them.

    after: what stands, read from the ledger. None where no order explains it.
    """
    for order in permutations(answered):
        for model in _possible(before, known, order, answered):
            if model == after:
                return model
    return None


def _possible(
    model: Model, known: Known, left: Sequence[Answered], together: Sequence[Answered]
) -> Iterator[Model]:
    """What the calls that are left, in their order, may have made of the model."""
    if not left:
        yield model
        return
    (call, answer), *rest = left
    done = model.copy()
    if call.on_model(done, known) == answer or answer is Word.NO_ANSWER:
        yield from _possible(done, known, rest, together)
    stumbled = answer is Word.BUSY and any(call.may_stumble_over(other) for other, _ in together)
    if stumbled or answer is Word.NO_ANSWER:
        yield from _possible(model, known, rest, together)
