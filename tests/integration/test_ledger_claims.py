"""What claims take of the database in PostgreSQL, and what it refuses by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rowledger.functions.adapters.postgres.ledger import QUERIES, PostgresLedger
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.outcome import Counted, Rejected
from rowledger.local.provisioning.database_logins import Login
from tests.faults.injected.parts import WITHOUT_FENCE
from tests.integration.ledger_bench import (
    GOOD,
    LEASE_SECONDS,
    Bench,
    WholeLedger,
    claimed,
    committed,
    expire_on_postgres,
    on_postgres,
)
from tests.integration.ledger_history import DENIED
from tests.unit.builders import an_upload


def test_a_build_without_its_fence_is_refused_by_the_database(fresh_database: Login) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS, queries=WITHOUT_FENCE)
    bench = Bench(ledger, ledger, lambda: expire_on_postgres(database))
    slow = claimed(bench, an_upload())
    bench.expire_leases()
    with pytest.raises(FaultError, match=DENIED):
        committed(bench, slow, message_id="m-1")
    taken = claimed(bench, an_upload(), "r2")
    with pytest.raises(FaultError, match=DENIED):
        committed(bench, slow, message_id="m-1")
    committed(bench, taken, message_id="m-2")
    with pytest.raises(FaultError, match=DENIED):
        committed(bench, slow, message_id="m-1")
    database.close()


def test_no_event_puts_a_row_into_the_future(fresh_database: Login) -> None:
    """Whatever the function believes: the version before, too, which has no such check."""
    database = on_postgres(fresh_database)
    late = an_upload("late.csv", received_at=datetime.now(UTC) + timedelta(seconds=30))
    never = an_upload("never.csv", received_at=datetime(2999, 1, 1, tzinfo=UTC))
    ledger = PostgresLedger(database, LEASE_SECONDS)
    as_said, now = ledger.claim(late, "r1"), ledger.claim(never, "r1")
    database.close()
    assert isinstance(as_said, Claim)
    assert isinstance(now, Claim)
    assert as_said.received_at == late.received_at
    assert abs(now.received_at - datetime.now(UTC)) < timedelta(hours=1)


def test_repeated_claims_take_no_ids(fresh_database: Login) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS)
    bench = Bench(ledger, ledger, lambda: None)

    def last_id() -> Any:  # noqa: ANN401 -- as the driver has it
        with database.session() as connection:
            ((value,),) = connection.run(
                "SELECT currval('file_metadata_id_seq') + currval('notification_id_seq')"
            )
        return value

    working, done = an_upload("working.csv"), an_upload("done.csv")
    same_moment = an_upload("done.csv", "v2")  # its backup needs another key
    claimed(bench, working)
    committed(bench, claimed(bench, done))
    claimed(bench, same_moment)
    before = last_id()
    for number in range(50):
        for upload in (working, done, same_moment):
            ledger.claim(upload, f"again-{number}")
    assert last_id() == before
    assert sorted(row.row.id for row in ledger.histories(limit=9)) == [1, 2, 3]
    database.close()


def test_a_first_claim_is_one_statement(fresh_database: Login) -> None:
    """One round trip after the check that the connection lives."""
    sent: list[str] = []

    class Counting(dict[str, str]):
        def __getitem__(self, name: str) -> str:
            sent.append(name)
            return super().__getitem__(name)

    database = on_postgres(fresh_database)
    ledger = PostgresLedger(database, LEASE_SECONDS, queries=Counting(QUERIES))
    assert isinstance(ledger.claim(an_upload(), "r1"), Claim)
    database.close()
    assert sent == ["begin"]


@pytest.mark.parametrize("columns", [2**31, 2**63])
def test_a_number_of_columns_is_stored_or_refused_as_a_value(
    fresh_database: Login, columns: int
) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS)
    bench = Bench(ledger, ledger, lambda: None)
    claim = claimed(bench, an_upload())
    assert isinstance(GOOD, Counted)
    wide = replace(GOOD, count=replace(GOOD.count, columns=columns))
    if columns < 2**63:
        committed(bench, claim, wide)
        assert ledger.histories(limit=1)[0].row.columns_count == columns
    else:
        with pytest.raises(FaultError) as raised:
            committed(bench, claim, wide)
        assert raised.value.code is FaultCode.VALUE_REFUSED
        # The claim is as before, and takes the rejection.
        committed(bench, claim, Rejected.unrecordable(GOOD.content))
        error = ledger.histories(limit=1)[0].row.error
        assert error is not None
        assert error["code"] == "UNRECORDABLE"
    database.close()
