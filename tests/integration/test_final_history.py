"""No role but the owner can rewrite history: column by column, role by role, from the catalogue.

A column or a table that tests/integration/ledger_rules.py does not know fails these tests.
"""

# ruff: noqa: S608 -- the statements are made of names that stand in these tests

import pytest

from tests.integration.ledger_history import History
from tests.integration.ledger_rules import FUNCTION, OPERATOR, OTHER_VALUES, ROLES, RULES, STATES


def test_every_column_of_every_table_has_a_rule(history: History) -> None:
    known = {(table, column) for table, columns in RULES.items() for column in columns}
    assert {(table, column) for table, column, _ in history.columns()} == known
    assert set(STATES) == set(RULES)


def test_every_state_is_there(history: History) -> None:
    for table, states in STATES.items():
        for state, condition in states.items():
            count = history.one(f"SELECT count(*) FROM {table} WHERE {condition}")
            assert count, (table, state)


@pytest.mark.parametrize("role", ROLES)
def test_no_column_is_changed_but_in_its_step(history: History, role: str) -> None:
    allowed, expected = set(), set()
    for table, column, kind in history.columns():
        for state, condition in STATES[table].items():
            change = f"{column} = {OTHER_VALUES[kind].format(column)}"
            if history.refusal(role, f"UPDATE {table} SET {change} WHERE {condition}") is None:
                allowed.add((table, column, state))
            if (role, state) in RULES[table][column].changed:
                expected.add((table, column, state))
    assert allowed == expected


@pytest.mark.parametrize("role", ROLES)
def test_no_column_is_inserted_by_another_role(history: History, role: str) -> None:
    """Asked of the catalogue, as it is by column alone."""
    for table, column, _ in history.columns():
        ((granted,),) = history.owner.run(
            "SELECT has_column_privilege(:role, CAST(:table AS text), CAST(:column AS text),"
            " 'INSERT')",
            role=f"rowledger_{role}",
            table=table,
            column=column,
        )
        assert granted == (role in RULES[table][column].inserted_by), (table, column)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_removed_and_no_rule_is_lifted(history: History, role: str) -> None:
    for table in RULES:
        for statement in (
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"CREATE TRIGGER mine BEFORE UPDATE ON {table} EXECUTE FUNCTION check_file()",
        ):
            assert history.refusal(role, statement), statement
    for statement in (
        "SET session_replication_role = replica",
        "SET ROLE rowledger_owner",
        "SELECT setval('file_metadata_id_seq', 1)",
        (
            "CREATE OR REPLACE FUNCTION may_act_as(wanted text) RETURNS boolean LANGUAGE sql"
            " AS 'SELECT TRUE'"
        ),
    ):
        assert history.refusal(role, statement), statement


NEW_FILE = (
    "INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at,"
    " claimed_by, lease_expires_at, receipt_key, backup_key) VALUES ('new.csv', {status},"
    " 'b', 'v', 'e', now(),"
    " 'r', {lease}, 'r', 'new')"
)
ID = "(SELECT id FROM file_metadata WHERE filename = '{0}')"


@pytest.mark.parametrize(
    "statements",
    [
        # A row that begins with its outcome, or that nobody could take over.
        [NEW_FILE.format(status="'FAILED'", lease="now()")],
        [NEW_FILE.format(status="'PROCESSING'", lease="'2999-01-01'")],
        # Attempts that nobody made, and the end of one that was never there.
        [f"INSERT INTO file_attempt (file_id, attempt, request_id) VALUES ({ID}, 9, 'r')"],
        [f"INSERT INTO file_attempt (file_id, attempt, request_id) VALUES ({ID}, 2, 'r1')"],
        [f"UPDATE file_attempt SET ended_at = now(), result = 'SUCCESS' WHERE file_id = {ID}"],
        [f"UPDATE file_attempt SET ended_at = now(), result = NULL WHERE file_id = {ID}"],
        # An announcement of what was never committed, and a second one.
        [
            (
                "INSERT INTO notification (file_id, attempt, message_id, subject, body, attributes,"
                f" claimed_by, lease_expires_at) VALUES ({ID}, 2, 'm-9',"
                "  's', 'b', '{}', 'r', now())"
            )
        ],
        ["UPDATE notification SET sent_at = now() - interval '1 day', topic_message_id = 't'"],
        ["UPDATE notification SET sent_at = NULL WHERE sent_at IS NOT NULL"],
        # A take-over while another has the upload, of more than one attempt, or for ever.
        [
            (
                "UPDATE file_metadata SET attempt = attempt + 1, claimed_by = 'r9',"
                " timestamp = now(),"
                " lease_expires_at = now() WHERE filename = 'working.csv'"
            )
        ],
        [
            (
                "UPDATE file_metadata SET attempt = attempt + 2, timestamp = now()"
                " WHERE filename = 'free.csv'"
            )
        ],
        [
            (
                "UPDATE file_metadata SET attempt = attempt + 1, timestamp = now(),"
                " lease_expires_at = '2999-01-01' WHERE filename = 'free.csv'"
            )
        ],
        # An outcome without a lease, at another time, or in place of one that stands.
        [
            (
                "UPDATE file_metadata SET status = 'SUCCESS', rows_count = 1, timestamp = now()"
                " WHERE filename = 'free.csv'"
            )
        ],
        [
            (
                "UPDATE file_metadata SET status = 'SUCCESS', rows_count = 1,"
                " timestamp = now() - interval '1 day' WHERE filename = 'working.csv'"
            )
        ],
        [
            (
                "UPDATE file_metadata SET status = 'FAILED', rows_count = NULL, error = '{}',"
                " timestamp = now() WHERE filename = 'final.csv'"
            )
        ],
        # Passes that claim what cannot be.
        ["UPDATE reconcile_pass SET ended_at = now(), complete_through = '2999-01-01'"],
        ["UPDATE reconcile_pass SET ended_at = '2999-01-01', complete_through = began_at"],
        [
            (
                "UPDATE reconcile_pass SET ended_at = now(), complete_through = began_at +"
                " interval '1 microsecond' WHERE ended_at IS NULL"
            )
        ],
        ["INSERT INTO reconcile_pass (totals, complete_through) VALUES ('{}', '2999-01-01')"],
    ],
)
def test_the_function_cannot_invent(history: History, statements: list[str]) -> None:
    said = [each.replace("{0}", "free.csv") for each in statements]
    assert history.refusal(FUNCTION, *said), said


RECORD = (
    "INSERT INTO replay (requested_by, reason, source, bucket, filename, version_id, file_id,"
    " previous) SELECT 'eve', 'none', 'ledger', bucket, {filename}, version_id, id, {previous}"
    " FROM file_metadata f WHERE filename = 'final.csv'"
)
REOPEN = (
    "UPDATE file_metadata SET status = 'PROCESSING', timestamp = now(), lease_expires_at = now(),"
    " rows_count = NULL, columns_count = NULL, sha256 = NULL, dialect = NULL, error = NULL,"
    " duration_ms = NULL WHERE filename = '{0}'"
)
TRUE_RECORD = RECORD.format(filename="filename", previous="outcome_of(f)")


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE file_metadata SET rows_count = 9 WHERE filename = 'final.csv'"],
        [TRUE_RECORD, "UPDATE file_metadata SET rows_count = 9 WHERE filename = 'final.csv'"],
        [REOPEN.format("final.csv")],
        # On record for another file, with another outcome, or with none.
        [TRUE_RECORD, REOPEN.format("sent.csv")],
        [RECORD.format(filename="'sent.csv'", previous="outcome_of(f)")],
        [RECORD.format(filename="filename", previous="outcome_of(f) || '{\"rows_count\": 9}'")],
        [RECORD.format(filename="filename", previous="NULL"), REOPEN.format("final.csv")],
        [REOPEN.format("replayed.csv")],
        # Reopened, and then decided by the operator's own word.
        [
            TRUE_RECORD,
            REOPEN.format("final.csv"),
            (
                "UPDATE file_metadata SET status = 'SUCCESS', rows_count = 9, timestamp = now()"
                " WHERE filename = 'final.csv'"
            ),
        ],
        [
            (
                "UPDATE file_metadata SET status = 'SUCCESS', rows_count = 9, timestamp = now()"
                " WHERE filename = 'working.csv'"
            )
        ],
        ["UPDATE file_metadata SET lease_expires_at = now() WHERE filename = 'working.csv'"],
    ],
)
def test_the_operator_reopens_only_with_the_replay_on_record(
    history: History, statements: list[str]
) -> None:
    assert history.refusal(OPERATOR, *statements), statements


def test_the_operator_reopens_with_the_replay_on_record(history: History) -> None:
    assert history.refusal(OPERATOR, TRUE_RECORD, REOPEN.format("final.csv")) is None


def test_a_replay_of_an_earlier_transaction_opens_nothing(history: History) -> None:
    assert history.refusal(OPERATOR, TRUE_RECORD, keep=True) is None
    assert history.refusal(OPERATOR, REOPEN.format("final.csv"))


def test_the_version_of_a_backup_that_made_way_stays_on_record(history: History) -> None:
    kept = history.owner.run(
        "SELECT f.filename, b.version_id FROM replaced_backup b JOIN file_metadata f"
        " ON f.id = b.file_id ORDER BY b.id"
    )
    # By the commit of the replay nothing was replaced: it is the same version.
    assert kept == [["final.csv", "b-1"]]
