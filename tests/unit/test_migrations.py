"""A migration suits the package before it, which still runs meanwhile, and after a rollback.

So it adds, and takes nothing away that this package may use. What looks otherwise and is not says
why, in a comment of the statement: `-- forward-compatible: reason`.
"""

import re
from collections.abc import Iterator

import pytest

from rowledger.functions.adapters.postgres.migrations import Migration, available

# Applied migrations never change, so what is to be said of one that is older than this rule stands
# here.
EARLIER = {
    ("0002_replay", "makes a column of an earlier version NOT NULL"): "the column has a default",
    ("0002_replay", "adds a constraint"): "it takes the place of a narrower one",
    ("0002_replay", "adds a trigger"): "it refuses what no version has ever done",
}
_REASON = re.compile(r"--\s*forward-compatible:\s*\S")
_COMMENT = re.compile(r"--[^\n]*")
_TEXT_OR_COMMENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_NAME = r"[\w.\"]+"
_ALTERED = rf"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?({_NAME}) (.*)"


def statements(sql: str) -> Iterator[tuple[str, bool]]:
    """Each statement without texts and comments, and whether one of its comments gives a reason."""
    for statement in _TEXT_OR_COMMENT.sub(_harmless, sql).split(";"):
        yield " ".join(_COMMENT.sub("", statement).split()), bool(_REASON.search(statement))


def _harmless(found: re.Match[str]) -> str:
    """A comment without what would end its statement; of a text, its quotes."""
    return found[0].replace(";", ",") if found[0].startswith("--") else "''"


def troubles(statement: str, new_tables: set[str]) -> Iterator[str]:
    """What a statement does that the version before may not bear."""
    if re.match(r"(DROP (?!INDEX|TRIGGER)|TRUNCATE|REVOKE)", statement, re.IGNORECASE):
        yield "takes something away"
    for pattern, trouble in (
        (rf"CREATE UNIQUE INDEX .*? ON ({_NAME})", "adds a constraint"),
        (rf"CREATE .*?TRIGGER .*? ON ({_NAME})", "adds a trigger"),
    ):
        made = re.match(pattern, statement, re.IGNORECASE)
        if made and made[1] not in new_tables:
            yield trouble
    altered = re.match(_ALTERED, statement, re.IGNORECASE)
    if altered and altered[1] not in new_tables:
        for action in re.split(r",(?![^()]*\))", altered[2]):
            yield from _of_a_table(action.strip())


def _of_a_table(action: str) -> Iterator[str]:
    for pattern, trouble in (
        (r"RENAME\b", "renames something"),
        (r"DROP (?!CONSTRAINT\b)", "takes something away"),
        (r"ADD (CONSTRAINT|UNIQUE|CHECK|PRIMARY|FOREIGN|EXCLUDE)\b", "adds a constraint"),
        (r"ALTER .*\bDROP DEFAULT\b", "takes something away"),
        (r"ALTER .*\bTYPE\b", "changes a type"),
        (r"ALTER .*\bSET NOT NULL\b", "makes a column of an earlier version NOT NULL"),
        (
            r"ADD (?!.*\b(DEFAULT|GENERATED|SERIAL|BIGSERIAL)\b).*\b(NOT NULL|PRIMARY KEY)\b",
            "adds a column that earlier versions do not fill",
        ),
    ):
        if re.match(pattern, action, re.IGNORECASE):
            yield trouble
            return


def found_in(migration: Migration) -> list[str]:
    """Everything that is neither borne nor explained."""
    new_tables = set(
        re.findall(rf"CREATE TABLE (?:IF NOT EXISTS )?({_NAME})", migration.sql, re.IGNORECASE)
    )
    return [
        f"{trouble}: {statement}"
        for statement, explained in statements(migration.sql)
        for trouble in troubles(statement, new_tables)
        if not explained and (migration.name, trouble) not in EARLIER
    ]


@pytest.mark.parametrize("migration", available()[1:], ids=lambda migration: migration.name)
def test_a_migration_suits_the_package_before_it(migration: Migration) -> None:
    assert found_in(migration) == []


@pytest.mark.parametrize(
    ("sql", "trouble"),
    [
        ("DROP TABLE replay", "takes something away"),
        ("TRUNCATE replay", "takes something away"),
        ("REVOKE SELECT ON replay FROM x", "takes something away"),
        ("ALTER TABLE replay DROP COLUMN source", "takes something away"),
        ("ALTER TABLE replay DROP source", "takes something away"),
        ("ALTER TABLE replay ALTER source DROP DEFAULT", "takes something away"),
        ("ALTER TABLE replay RENAME source TO origin", "renames something"),
        ("alter table replay rename to replays", "renames something"),
        (
            "ALTER TABLE replay\n    ADD COLUMN a TEXT, -- a, b\n    DROP COLUMN b",
            "takes something",
        ),
        ("ALTER TABLE replay ALTER COLUMN id TYPE BIGINT", "changes a type"),
        ("ALTER TABLE replay ALTER COLUMN source SET NOT NULL", "NOT NULL"),
        ("ALTER TABLE replay ADD COLUMN a TEXT NOT NULL", "do not fill"),
        ("ALTER TABLE replay ADD a NUMERIC(9, 2) NOT NULL", "do not fill"),
        ("ALTER TABLE replay ADD CONSTRAINT c CHECK (id > 0)", "adds a constraint"),
        ("CREATE UNIQUE INDEX u ON replay (id)", "adds a constraint"),
        ("CREATE TRIGGER t BEFORE UPDATE ON replay EXECUTE FUNCTION f()", "adds a trigger"),
    ],
)
def test_what_the_package_before_may_not_bear_is_found(sql: str, trouble: str) -> None:
    harmless = "INSERT INTO x VALUES ('DROP TABLE y; it''s');\n-- nobody's; DROP TABLE z\n"
    (found,) = found_in(Migration("0009_bad", f"{harmless}{sql};"))
    assert trouble in found
    explained = f"{harmless}-- forward-compatible: nobody ever used it\n{sql};"
    assert found_in(Migration("0009_bad", explained)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE replay ADD COLUMN a TEXT",
        "ALTER TABLE replay ADD COLUMN a TEXT NOT NULL DEFAULT 'x, y'",
        "ALTER TABLE replay ADD COLUMN a SERIAL NOT NULL",
        "ALTER TABLE replay DROP CONSTRAINT c",
        "CREATE INDEX i ON replay (id)",
        "DROP INDEX i",
        "CREATE TABLE a (b TEXT NOT NULL); CREATE UNIQUE INDEX u ON a (b)",
        "CREATE TABLE a (b TEXT); ALTER TABLE a ALTER COLUMN b SET NOT NULL",
        "GRANT SELECT ON replay TO x",
    ],
)
def test_what_it_bears_is_left_alone(sql: str) -> None:
    assert found_in(Migration("0009_good", f"{sql};")) == []


def test_what_is_said_of_earlier_migrations_is_still_needed() -> None:
    by_name = {migration.name: migration for migration in available()}
    for name, trouble in EARLIER:
        found = [
            each
            for statement, _ in statements(by_name[name].sql)
            for each in troubles(statement, set())
        ]
        assert trouble in found
