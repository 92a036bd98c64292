"""Requests to the ledger's functions and their answers: both ends read what the other wrote."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.envelope import answer_document, read_answer
from rowledger.functions.domain.file_pages import FileOrder, FilePage, cursor_of, read_cursor
from rowledger.functions.domain.ledger_requests import (
    OPERATOR_REQUESTS,
    READER_REQUESTS,
    FindRows,
    ListFiles,
    ListPasses,
    Passes,
    Reopen,
    RequestReconciliation,
    Summarise,
    read_request,
    request_document,
)
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation_pass import Pass, PassRequest
from rowledger.functions.domain.reconciliation_requests import (
    PreviewPart,
    ReconciliationRequest,
    RunPart,
    read_reconciler_request,
    reconciler_event,
)
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.services.ledger_access import cut_to_fit
from tests.unit.test_ledger_row import ROW

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
filled = texts.filter(str.strip)
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- its limits have none
selections = st.builds(
    Selection,
    file_id=st.none() | st.integers(1, 2**31 - 1),
    key=st.none() | texts,
    prefix=st.none() | texts,
    status=st.none() | st.sampled_from(Status),
    since=st.none() | moments,
)
names = st.builds(UploadName, texts, texts, texts)
requests = st.one_of(
    st.builds(ListFiles, selection=selections, order=st.sampled_from(FileOrder)),
    st.builds(FindRows, uploads=st.lists(names, max_size=3).map(tuple)),
    st.builds(Summarise, selection=selections, utc_offset_minutes=st.integers(-720, 840)),
    st.builds(
        Reopen,
        uploads=st.lists(names, min_size=1, max_size=3).map(tuple),
        request=st.builds(ReplayRequest, filled, filled, st.sampled_from(ReplaySource), filled),
    ),
    st.builds(
        RequestReconciliation,
        request=st.builds(ReconciliationRequest, by=filled, identity=filled, reason=filled),
    ),
)
KNOWN: dict[str, type[Any]] = {**READER_REQUESTS, **OPERATOR_REQUESTS}


@given(requests)
def test_a_request_is_read_as_it_was_written(request: Any) -> None:  # noqa: ANN401 -- one of the requests
    event = json.loads(json.dumps(request_document(request)))
    assert read_request(event, KNOWN) == request


@pytest.mark.parametrize(
    "request_",
    [RunPart(request_id=3, max_repairs=9), PreviewPart(so_far=Pass(0, datetime.now(UTC)))],
)
def test_a_request_to_the_reconciler_is_read_as_it_was_written(request_: Any) -> None:  # noqa: ANN401 -- as above
    event = json.loads(json.dumps(reconciler_event(request_)))
    assert read_reconciler_request(event) == request_


def test_an_answer_is_read_as_it_was_written() -> None:
    page = FilePage((ROW, replace(ROW, id=2, error={"code": "NOT_CSV"})), "next")
    document = json.loads(json.dumps(answer_document(page)))
    assert read_answer(FilePage, document) == page


def test_what_is_new_is_not_sent_where_it_is_empty() -> None:
    """The other end may be of the version before, which refuses a field that it does not know."""
    assert request_document(ListPasses())["with"] == {"limit": 20}
    current = Pass(1, datetime.now(UTC))
    assert "requests" not in answer_document(current)["answer"]
    asked = PassRequest(7, datetime.now(UTC), "ada", None, "a restore")
    found = Passes((replace(current, requests=(asked,)),))
    document = json.loads(json.dumps(answer_document(found)))
    assert read_answer(Passes, document) == found


GOOD = request_document(ListFiles())


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (None, "a request is an object with"),
        ({**GOOD, "more": 1}, "and nothing else"),
        ({**GOOD, "version": 2}, "this end speaks version 1 of the requests, the other 2"),
        ({**GOOD, "ask": "drop_table"}, "must be one of list_files"),
        ({**GOOD, "ask": "reopen"}, "must be one of list_files"),
        ({**GOOD, "with": []}, "list_files must be an object"),
        ({**GOOD, "with": {"limit": "9"}}, "list_files.limit must be a whole number, not str"),
        ({**GOOD, "with": {"limit": True}}, "list_files.limit must be a whole number, not bool"),
        ({**GOOD, "with": {"colour": 1}}, "list_files has the unknown field 'colour'"),
        ({**GOOD, "with": {"order": "up"}}, "list_files.order must be one of newest"),
        (
            {**GOOD, "with": {"selection": {"since": "2026-11-26T08:00:00"}}},
            "list_files.selection.since is a time without an offset",
        ),
        ({**GOOD, "with": {"selection": {"since": "soon"}}}, "since is no ISO 8601 time"),
        ({**GOOD, "ask": "find_rows", "with": {}}, "find_rows lacks the field 'uploads'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(event: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_request(event, READER_REQUESTS)


@given(st.sampled_from(FileOrder), st.integers(1, 2**31 - 1), texts)
def test_a_cursor_names_the_row_that_it_was_made_of(
    order: FileOrder, file_id: int, key: str
) -> None:
    row = replace(ROW, id=file_id, filename=key)
    position = read_cursor(order, cursor_of(order, row))
    assert (position.value, position.file_id) == (order.value_of(row), file_id)


def test_a_page_that_is_too_large_for_an_answer_is_cut_and_goes_on() -> None:
    rows = tuple(replace(ROW, id=number, filename="x" * 900) for number in range(1, 11))
    page = cut_to_fit(FilePage(rows, None), FileOrder.NEWEST, max_bytes=5_000)
    assert 0 < len(page.rows) < 10
    assert page.after is not None
    assert read_cursor(FileOrder.NEWEST, page.after).file_id == page.rows[-1].id
    assert cut_to_fit(FilePage(rows[:1], None), FileOrder.NEWEST, max_bytes=1).rows == rows[:1]


def test_times_keep_their_moment() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    since = datetime(2026, 11, 26, 8, 0, tzinfo=zone)
    event = request_document(ListFiles(selection=Selection(since=since)))
    assert read_request(event, READER_REQUESTS).selection.since == since
