from collections.abc import Iterator

import pytest

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError

MB = 1 << 20


class Clock:
    """Seconds, as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_comes_is_handed_through_unchanged() -> None:
    chunks = [b"a" * MB, b"", b"b" * (3 * MB // 2), b"c"]
    assert b"".join(Deadline(1.0, Clock()).within(chunks, before="the end")) == b"".join(chunks)


@pytest.mark.parametrize("first", [[b"\x1f\x8b"], [b"", b"\x1f", b"\x8b"]])
def test_one_chunk_that_takes_long_is_not_worked_off_to_its_end(first: list[bytes]) -> None:
    """A chunk of gzip may expand to a thousand times its size."""
    clock, handled = Clock(), 0

    def work(pieces: Iterator[bytes]) -> None:
        nonlocal handled
        for piece in pieces:
            handled += len(piece)
            clock.now += 1.0

    with pytest.raises(FaultError) as caught:
        work(Deadline(2.0, clock).within([*first, b"x" * MB], before="the end"))
    assert caught.value.code is FaultCode.TIME_UP
    assert handled < MB // 4


def test_the_pieces_of_other_text_are_as_large_as_they_arrive() -> None:
    """Counting large pieces is faster."""
    chunks = [b"a" * (MB + 60_000), b"\x1f\x8b" + b"b" * 100_000]
    assert list(Deadline(1.0, Clock()).within(chunks, before="the end")) == chunks
