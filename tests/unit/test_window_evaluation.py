"""What becomes of a window, by the facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import (
    PATIENCE,
    ArrivedFile,
    Evaluation,
    WindowState,
    can_be_decided,
    evaluate,
    evaluate_late,
)
from rowledger.functions.domain.sources.expectation import (
    Expectation,
    ExpectedBytes,
    ExpectedFiles,
)
from rowledger.functions.domain.sources.windows import Window
from tests.unit.window_world import SETTLE

DUE = datetime(2026, 1, 8, 6, tzinfo=UTC)
WINDOW = Window(
    DUE - timedelta(hours=22),
    DUE,
    DUE + timedelta(hours=2),
    DUE + timedelta(hours=13),
)


def expected(**rules: Any) -> Expectation:  # noqa: ANN401 -- the fields of an expectation
    return Expectation("daily", "0 6 * * *", grace="2h", **rules)


def file(
    id_: int,
    minutes: float,
    name: str = "orders.csv",
    status: Status = Status.SUCCESS,
    size: int = 100,
) -> ArrivedFile:
    """minutes: after the due time."""
    return ArrivedFile(id_, f"acme/{name}", status, DUE + timedelta(minutes=minutes), size)


def evaluated(*files: ArrivedFile, **rules: Any) -> Evaluation:  # noqa: ANN401 -- as above
    return evaluate(expected(**rules), WINDOW, DUE, files)


def late(*files: ArrivedFile, **rules: Any) -> Evaluation | None:  # noqa: ANN401 -- as above
    return evaluate_late(expected(**rules), WINDOW, DUE, files)


def test_a_file_by_the_due_time_is_on_time() -> None:
    found = evaluated(file(1, 0))
    assert found == Evaluation(WindowState.ON_TIME, completed_at=DUE, files=(1,))


def test_a_file_within_the_grace_is_late_and_says_by_how_much() -> None:
    found = evaluated(file(1, 0.001))
    assert (found.state, found.late_seconds) == (WindowState.LATE, 1)
    assert evaluated(file(1, 90)).late_seconds == 5400


def test_nothing_is_missing() -> None:
    assert evaluated() == Evaluation(WindowState.MISSING, lacking_files=1)
    found = evaluated(names=("{date:%Y%m%d}.csv",))
    assert found.lacking_names == ("20260108.csv",)


def test_too_few_files_or_other_names_are_incomplete() -> None:
    found = evaluated(file(1, -5), file(2, -3), files=ExpectedFiles(3))
    assert (found.state, found.files, found.lacking_files) == (WindowState.INCOMPLETE, (1, 2), 1)
    found = evaluated(file(1, -5), names=("orders.csv", "returns_{date-1:%d}*.csv"))
    assert (found.state, found.lacking_names) == (WindowState.INCOMPLETE, ("returns_07*.csv",))


def test_it_is_complete_with_the_last_file_that_was_needed() -> None:
    files = (file(3, 30), file(1, -9), file(2, -5, "returns.csv"))
    assert evaluated(*files, names=("returns.csv",)).completed_at == DUE - timedelta(minutes=5)
    assert evaluated(*files, files=ExpectedFiles(3)).late_seconds == 1800


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"files": ExpectedFiles(1, 1)}, "2 files came; 1 at most may come."),
        (
            {"forbidden": ("ret*_{date:%d}.csv",)},
            "1 of the files have the forbidden name ret*_08.csv.",
        ),
        (
            {"bytes": ExpectedBytes(minimum=201)},
            "The files have 200 bytes together; expected are 201 or more.",
        ),
        (
            {"bytes": ExpectedBytes(1, 10)},
            "The files have 200 bytes together; expected are 1 to 10.",
        ),
        (
            {"bytes": ExpectedBytes(maximum=10)},
            "The files have 200 bytes together; expected are 10 at most.",
        ),
    ],
)
def test_what_may_not_come_is_invalid(rules: dict[str, Any], said: str) -> None:
    found = evaluated(file(1, -5), file(2, -4, "returns_08.csv"), **rules)
    assert (found.state, found.problems) == (WindowState.INVALID, (said,))


def test_what_is_incomplete_is_not_called_too_small() -> None:
    found = evaluated(file(1, -5), files=ExpectedFiles(2), bytes=ExpectedBytes(minimum=101))
    assert (found.state, found.problems) == (WindowState.INCOMPLETE, ())


def test_a_rejected_file_does_not_count() -> None:
    found = evaluated(file(1, -5, status=Status.FAILED))
    assert (found.state, found.rejected) == (WindowState.INVALID, (1,))
    found = evaluated(file(1, -5, status=Status.FAILED), file(2, 10))
    assert (found.state, found.files, found.rejected) == (WindowState.LATE, (2,), (1,))


def test_a_window_is_decided_after_its_end_and_waits_for_an_outcome_for_an_hour() -> None:
    open_file = file(1, 119, status=Status.PROCESSING)
    for arrived, wait in (((), SETTLE), ((file(1, 3),), SETTLE), ((open_file,), PATIENCE)):
        moment = WINDOW.ends + wait
        assert can_be_decided(WINDOW, arrived, moment, SETTLE)
        assert not can_be_decided(WINDOW, arrived, moment - timedelta(microseconds=1), SETTLE)
    found = evaluated(open_file)
    assert (found.state, found.unfinished) == (WindowState.INCOMPLETE, (1,))


def test_a_late_file_completes_a_missing_window() -> None:
    assert late() is None
    found = late(file(1, 185))
    assert found
    assert (found.state, found.late_seconds, found.files) == (WindowState.LATE, 185 * 60, (1,))


def test_a_file_that_was_there_and_only_recorded_late_was_on_time() -> None:
    found = late(file(1, -5))
    assert found
    assert found.state is WindowState.ON_TIME


def test_of_what_comes_later_no_more_than_was_lacking_belongs_to_the_window() -> None:
    rules: dict[str, Any] = {"files": ExpectedFiles(2, 2)}
    assert late(file(1, 5), **rules) is None
    found = late(
        file(1, 5), file(3, 200), file(2, 190), file(4, 180, status=Status.FAILED), **rules
    )
    assert found
    assert (found.files, found.rejected) == ((1, 2), ())


def test_a_corrected_file_completes_a_window_whose_file_was_rejected() -> None:
    found = late(file(1, 5, status=Status.FAILED), file(2, 150))
    assert found
    assert (found.files, found.rejected) == ((2,), (1,))


def test_what_should_not_have_come_stays_invalid() -> None:
    assert late(file(1, 5), file(2, 5), file(3, 150), files=ExpectedFiles(1, 1)) is None


def test_a_dated_window_takes_no_other_late_file() -> None:
    names = {"names": ("o_{date:%Y%m%d}.csv",)}
    assert late(file(1, 24 * 60, "o_20260109.csv"), **names) is None
    found = late(file(1, 24 * 60, "o_20260109.csv"), file(2, 30 * 60, "o_20260108.csv"), **names)
    assert found
    assert (found.files, found.late_seconds) == ((2,), 30 * 3600)


FILES = st.lists(
    st.builds(
        file,
        st.integers(1, 20),
        st.integers(-1300, 120),
        st.sampled_from(["orders.csv", "returns.csv", "x.csv"]),
        st.sampled_from(Status),
        st.integers(0, 300),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "files": st.builds(ExpectedFiles, st.integers(1, 3), st.none() | st.integers(3, 4)),
        "names": st.lists(
            st.sampled_from(["orders.csv", "r*.csv", "x?csv"]), max_size=2, unique=True
        ).map(tuple),
        "forbidden": st.just(("x*",)),
        "bytes": st.builds(ExpectedBytes, st.integers(0, 200), st.integers(200, 900)),
    },
)


@given(FILES, RULES, st.randoms())
def test_evidence_and_state_say_the_same(
    files: list[ArrivedFile],
    rules: dict[str, Any],
    random: Any,  # noqa: ANN401 -- Hypothesis's own
) -> None:
    found = evaluated(*files, **rules)
    random.shuffle(files)
    assert evaluated(*files, **rules) == found
    named = [*found.files, *found.rejected, *found.unfinished]
    assert sorted(named) == sorted(each.id for each in files)
    complete = not found.lacking_files and not found.lacking_names
    assert (found.completed_at is not None) == complete
    assert found.state.as_expected == (complete and not found.problems)
    assert (found.state is WindowState.MISSING) == (not files)
    assert (found.late_seconds > 0) == (complete and (found.completed_at or DUE) > DUE)
    if found.state.as_expected:
        # A window that is as expected needs nothing that comes later.
        more = replace(file(99, 300), size_bytes=10_000)
        assert evaluate_late(expected(**rules), WINDOW, DUE, [*files, more]) == found
