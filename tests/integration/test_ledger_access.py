"""Looking into the ledger, in PostgreSQL and in its fake, and who may change what there."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.file_pages import MAX_PAGE_ROWS, FileOrder
from rowledger.functions.domain.ledger_requests import (
    FindRows,
    ListFiles,
    ListPasses,
    ShowUpload,
    Summarise,
    SummaryBy,
    SummaryLine,
)
from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.domain.values import MAX_INTEGER
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.local.provisioning.database_logins import Login, Logins
from tests.integration.ledger_bench import BAD, GOOD, Bench, claimed, committed, on_postgres
from tests.unit.builders import RECEIVED, an_upload

DAY = timedelta(days=1)
# In the order received; the second was rejected, and the last has no outcome yet.
NAMES = ["acme/a.csv", "acme/b_1.csv.gz", "other/ä.csv", "top.csv", "acme/z.csv"]
RAGGED = examine([b"a,b\n1,2\n3\n"], header=True)
REQUEST = ReconciliationRequest(by="ada", identity="arn:aws:iam::1:user/ada", reason="a restore")


@pytest.fixture
def ledger(bench: Bench) -> LedgerQueries:
    for number, name in enumerate(NAMES):
        upload = replace(an_upload(name), received_at=RECEIVED + number * DAY, size_bytes=number)
        claim = claimed(bench, upload)
        if name != NAMES[-1]:
            committed(bench, claim, BAD if number == 1 else GOOD, f"m-{number}")
    return bench.operator.reader


def listed(ledger: LedgerQueries, request: ListFiles) -> list[str]:
    return [row.filename for row in ledger.list_files(request).rows]


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(name="*.gz"), ["acme/b_1.csv.gz"]),
        (Selection(name="?.csv"), ["acme/a.csv", "other/ä.csv", "acme/z.csv"]),
        (Selection(name="acme*"), []),
        (Selection(name="b_1*"), ["acme/b_1.csv.gz"]),
        (Selection(name="b%"), []),
        (Selection(name="[az].csv"), []),
        (Selection(code="UNTERMINATED_QUOTE"), ["acme/b_1.csv.gz"]),
        (Selection(code="NOT_CSV"), []),
        (Selection(prefix="acme/", since=RECEIVED + DAY), ["acme/b_1.csv.gz", "acme/z.csv"]),
    ],
)
def test_uploads_are_chosen(ledger: LedgerQueries, selection: Selection, chosen: list[str]) -> None:
    assert listed(ledger, ListFiles(selection=selection, order=FileOrder.OLDEST)) == chosen


@pytest.mark.parametrize("order", FileOrder)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_have_every_upload_once_and_in_order(
    ledger: LedgerQueries, order: FileOrder, limit: int
) -> None:
    whole = listed(ledger, ListFiles(order=order))
    assert sorted(whole) == sorted(NAMES)
    found, after = [], None
    while True:
        page = ledger.list_files(ListFiles(order=order, limit=limit, after=after))
        found += [row.filename for row in page.rows]
        after = page.after
        if after is None:
            break
    assert found == whole
    if order is FileOrder.NAME:
        assert whole == sorted(NAMES, key=str.encode)
    if order is FileOrder.NEWEST:
        assert whole == NAMES[::-1]


def test_a_cursor_of_another_order_is_refused(ledger: LedgerQueries) -> None:
    after = ledger.list_files(ListFiles(order=FileOrder.SIZE, limit=1)).after
    with pytest.raises(FaultError, match="sorted by size") as refused:
        ledger.list_files(ListFiles(order=FileOrder.NAME, after=after))
    assert refused.value.code is FaultCode.MALFORMED_EVENT
    with pytest.raises(FaultError, match="no cursor"):
        ledger.list_files(ListFiles(after="text"))


def test_the_first_and_the_last_values_that_are_taken_are_answered(ledger: LedgerQueries) -> None:
    ahead, behind = (timezone(sign * timedelta(hours=23, minutes=59)) for sign in (1, -1))
    selection = Selection(
        since=datetime(2, 1, 1, tzinfo=ahead), until=datetime(9998, 12, 31, 23, tzinfo=behind)
    )
    assert len(listed(ledger, ListFiles(selection=selection, limit=MAX_PAGE_ROWS))) == len(NAMES)
    assert listed(ledger, ListFiles(selection=Selection(file_id=MAX_INTEGER))) == []
    for minutes in (-24 * 60, 24 * 60):
        assert ledger.summarise(Summarise(selection=selection, utc_offset_minutes=minutes)).lines


def test_an_upload_is_found_by_its_id_and_by_its_key(ledger: LedgerQueries) -> None:
    row = ledger.list_files(ListFiles(selection=Selection(key="top.csv"))).rows[0]
    by_id, by_key = ShowUpload(file_id=row.id), ShowUpload(key="top.csv", version_id="v1")
    for request in (by_id, by_key):
        found = ledger.show_upload(request)
        assert found is not None
        assert (found.row, [each["attempt"] for each in found.attempts]) == (row, [1])
    assert ledger.show_upload(ShowUpload(file_id=10**6)) is None
    assert ledger.show_upload(ShowUpload(key="top.csv", version_id="v2")) is None


def test_several_uploads_are_found_in_one_question(ledger: LedgerQueries) -> None:
    names = [an_upload(name).name for name in (NAMES[0], NAMES[2], "none.csv")]
    found = ledger.find_rows(FindRows(uploads=tuple(names)))
    assert {row.upload.name for row in found} == set(names[:2])
    assert ledger.find_rows(FindRows(uploads=())) == ()


def test_uploads_are_summed_up(ledger: LedgerQueries) -> None:
    by_prefix = ledger.summarise(Summarise(by=SummaryBy.PREFIX))
    size = GOOD.content.size_bytes
    assert by_prefix.lines == (
        SummaryLine("", 1, 1, 0, 0, 2, size),
        SummaryLine("acme/", 3, 1, 1, 1, 2, size + BAD.content.size_bytes + len(NAMES) - 1),
        SummaryLine("other/", 1, 1, 0, 0, 2, size),
    )
    by_status = ledger.summarise(Summarise(by=SummaryBy.STATUS)).lines
    assert [(each.group, each.files) for each in by_status] == [
        ("FAILED", 1),
        ("PROCESSING", 1),
        ("SUCCESS", 3),
    ]
    days = ledger.summarise(Summarise(selection=Selection(prefix="acme/"))).lines
    assert [each.group for each in days] == ["2026-11-26", "2026-11-23", "2026-11-22"]
    later = Summarise(selection=Selection(key="acme/a.csv"), utc_offset_minutes=24 * 60)
    assert [each.group for each in ledger.summarise(later).lines] == ["2026-11-23"]
    assert not by_prefix.cut


def test_uploads_are_summed_up_by_the_hour(ledger: LedgerQueries) -> None:
    request = Summarise(
        selection=Selection(prefix="acme/"), by=SummaryBy.HOUR, utc_offset_minutes=90
    )
    hours = [(each.group, each.files) for each in ledger.summarise(request).lines]
    assert hours == [("2026-11-26 10:00", 1), ("2026-11-23 10:00", 1), ("2026-11-22 10:00", 1)]


def test_files_with_warnings_are_counted_and_found(bench: Bench) -> None:
    for name, outcome in (("good.csv", GOOD), ("bad.csv", BAD), ("ragged.csv", RAGGED)):
        committed(bench, claimed(bench, an_upload(name)), outcome, f"m-{name}")
    claimed(bench, an_upload("open.csv"))
    ledger = bench.operator.reader
    assert listed(ledger, ListFiles(selection=Selection(warned=True))) == ["ragged.csv"]
    (line,) = ledger.summarise(Summarise()).lines
    assert (line.files, line.succeeded, line.rejected, line.warned) == (4, 2, 1, 1)


# What PostgreSQL alone can show: what an operator asked for, and the roles.


@pytest.fixture
def operator(operator_of_fresh_database: Login) -> Iterator[Database]:
    with closing(on_postgres(operator_of_fresh_database)) as database:
        yield database


@pytest.fixture
def reader(fresh_database: Login, logins: Logins) -> Iterator[Database]:
    login = replace(logins.reader, database=fresh_database.database)
    with closing(on_postgres(login)) as database:
        yield database


def test_a_request_is_kept_with_who_and_why(operator: Database, reader: Database) -> None:
    actions = PostgresLedgerActions(operator)
    assert actions.request_reconciliation(REQUEST) == 1
    assert actions.request_reconciliation(replace(REQUEST, max_repairs=5)) == 2
    with reader.session() as connection:
        rows = connection.run(
            "SELECT requested_by, identity, reason, max_repairs FROM reconciliation_request"
        )
    assert rows == [["ada", REQUEST.identity, "a restore", each] for each in (None, 5)]


def test_a_pass_names_who_asked_for_it(
    fresh_database: Login, operator: Database, reader: Database
) -> None:
    actions = PostgresLedgerActions(operator)
    ids = [actions.request_reconciliation(REQUEST), actions.request_reconciliation(REQUEST)]
    with closing(on_postgres(fresh_database)) as database:
        store = PostgresReconciliationStore(database)
        store.open_pass()
        for request_id in (*ids, ids[0], None):
            store.save_pass(store.open_pass(request_id))
        last = store.open_pass()
        last.ended_at = last.complete_through = last.began_at
        store.save_pass(last)
        store.open_pass(ids[1])
    queries = PostgresLedgerQueries(reader)
    newest, first = queries.list_passes(ListPasses(requests=True))
    assert [each.id for each in first.requests] == ids
    assert [each.id for each in newest.requests] == ids[1:]
    asked = first.requests[0]
    assert (asked.by, asked.identity, asked.reason) == ("ada", REQUEST.identity, "a restore")
    assert asked.requested_at.tzinfo is not None
    # A command of the version before asks without, and would refuse what it does not know.
    assert [each.requests for each in queries.list_passes(ListPasses())] == [(), ()]


def test_a_reader_can_look_and_change_nothing(reader: Database) -> None:
    queries = PostgresLedgerQueries(reader)
    assert queries.list_files(ListFiles()).rows == ()
    assert queries.list_passes(ListPasses()) == ()
    actions = PostgresLedgerActions(reader)
    replay = ReplayRequest("ada", "why", ReplaySource.LEDGER)
    for act in (
        lambda: actions.request_reconciliation(REQUEST),
        lambda: actions.reopen([UploadName("b", "k", "v")], replay),
    ):
        with pytest.raises(FaultError, match="42501"):
            act()
