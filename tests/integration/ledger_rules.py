"""Who may write which column of the ledger, and in which step: what the tests expect of each.

A step is a state that a row is in. A column that no step names is written once, with its row, or by
the database alone.
"""

from dataclasses import dataclass, field

FUNCTION, OPERATOR, READER = "function", "operator", "reader"
ROLES = (FUNCTION, OPERATOR, READER)


@dataclass(frozen=True)
class Rule:
    """What may be done with one column.

    inserted_by: who gives it its first value; nobody: it has a default.
    changed: (role, state of the row) in which this column alone may get another value.
    """

    inserted_by: frozenset[str] = frozenset()
    changed: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def by(*roles: str) -> Rule:
    return Rule(frozenset(roles))


NEVER = Rule()
GIVEN = by(FUNCTION)


def _also(rule: Rule, *changed: tuple[str, str]) -> Rule:
    return Rule(rule.inserted_by, frozenset(changed))


# By table and column. What belongs together changes together: a column that changes in a step only
# with others cannot be changed alone in any state, and is NEVER or GIVEN here; that the steps work
# is what the tests of the ledger show.
RULES: dict[str, dict[str, Rule]] = {
    "file_metadata": {
        **dict.fromkeys(("id", "timestamp", "rows_count", "attempt"), NEVER),
        **dict.fromkeys(("columns_count", "sha256", "dialect", "error", "duration_ms"), NEVER),
        **dict.fromkeys(("warnings", "header", "header_sha256"), NEVER),
        **dict.fromkeys(("source", "sources_version", "supersedes"), NEVER),
        **dict.fromkeys(("filename", "status", "bucket", "version_id", "etag"), GIVEN),
        **dict.fromkeys(("received_at", "claimed_by", "file_size_bytes"), GIVEN),
        **dict.fromkeys(("receipt_key", "backup_key"), GIVEN),
        "lease_expires_at": _also(GIVEN, (FUNCTION, "working"), (FUNCTION, "free")),
        # A backup that was copied again: the version before is kept by a trigger.
        "backup_version_id": _also(
            NEVER, (FUNCTION, "final"), (FUNCTION, "rejected"), (FUNCTION, "sent")
        ),
    },
    "file_attempt": {
        **dict.fromkeys(("file_id", "attempt", "request_id", "function_version"), GIVEN),
        **dict.fromkeys(("started_at", "ended_at", "result"), NEVER),
    },
    "notification": {
        **dict.fromkeys(("id", "created_at", "topic_message_id"), NEVER),
        **dict.fromkeys(("file_id", "attempt", "message_id", "subject", "body"), GIVEN),
        **dict.fromkeys(("attributes", "event", "mail_wanted", "evaluation_id"), GIVEN),
        **dict.fromkeys(("event_message_id", "digest_id"), NEVER),
        "claimed_by": _also(GIVEN, (FUNCTION, "unsent"), (FUNCTION, "waiting")),
        "lease_expires_at": _also(GIVEN, (FUNCTION, "unsent"), (FUNCTION, "waiting")),
        "tries": _also(NEVER, (FUNCTION, "unsent"), (FUNCTION, "waiting")),
        "waits_since": _also(NEVER, (FUNCTION, "unsent"), (FUNCTION, "waiting")),
        "sent_at": _also(NEVER, (FUNCTION, "unsent"), (FUNCTION, "waiting")),
        "event_sent_at": _also(NEVER, (FUNCTION, "unsent")),
        # That of an evaluation is alone from the beginning.
        "alone": _also(GIVEN, (FUNCTION, "unsent")),
    },
    "digest": {
        **dict.fromkeys(("id", "created_at", "topic_message_id"), NEVER),
        **dict.fromkeys(("message_id", "subject", "body", "attributes"), GIVEN),
        "claimed_by": _also(GIVEN, (FUNCTION, "unsent")),
        "lease_expires_at": _also(GIVEN, (FUNCTION, "unsent"), (FUNCTION, "sent")),
        "tries": _also(NEVER, (FUNCTION, "unsent"), (FUNCTION, "sent")),
        "sent_at": _also(NEVER, (FUNCTION, "unsent")),
    },
    "mail_budget": {
        # It moves on only, and now is behind what is spent.
        **dict.fromkeys(("only_row", "spent_until"), NEVER),
        "digested_at": _also(NEVER, (FUNCTION, "spent")),
    },
    "replay": {
        **dict.fromkeys(("id", "requested_at"), NEVER),
        **dict.fromkeys(("requested_by", "identity", "reason", "source"), by(OPERATOR)),
        **dict.fromkeys(("bucket", "filename", "version_id"), by(OPERATOR)),
        **dict.fromkeys(("file_id", "previous"), by(OPERATOR)),
    },
    "replaced_backup": dict.fromkeys(
        ("id", "file_id", "replaced_at", "replaced_by", "version_id"), NEVER
    ),
    "reconcile_pass": {
        **dict.fromkeys(("id", "began_at", "ended_at", "complete_through"), NEVER),
        **dict.fromkeys(
            ("run", "key_marker", "version_marker", "swept"), _also(NEVER, (FUNCTION, "open"))
        ),
        "totals": _also(GIVEN, (FUNCTION, "open")),
    },
    "reconciliation_request": {
        **dict.fromkeys(("id", "requested_at"), NEVER),
        **dict.fromkeys(("requested_by", "identity", "reason"), by(OPERATOR)),
        **dict.fromkeys(("grace_seconds", "max_repairs"), by(OPERATOR)),
    },
    "sources_version": {
        **dict.fromkeys(("id", "applied_at"), NEVER),
        **dict.fromkeys(("applied_by", "identity", "reason"), by(OPERATOR)),
        **dict.fromkeys(("sha256", "document"), by(OPERATOR)),
    },
    # A trigger alone writes it.
    "source": dict.fromkeys(("name", "prefix", "named", "place", "document", "version"), NEVER),
    # A trigger alone adds one, and ends it.
    "expectation": {
        **dict.fromkeys(("id", "source", "name", "prefix", "match", "document"), NEVER),
        **dict.fromkeys(("free_days", "sources_version", "since", "until"), NEVER),
        "finished_at": _also(NEVER, (FUNCTION, "ended")),
    },
    "evaluation": {
        **dict.fromkeys(("id", "evaluated_at"), NEVER),
        **dict.fromkeys(("expectation_id", "source", "expectation", "opens_at", "due_at"), GIVEN),
        **dict.fromkeys(("ends_at", "late_until", "state", "evidence", "completed_at"), GIVEN),
        **dict.fromkeys(("sources_version", "incident_id"), GIVEN),
        **dict.fromkeys(("late_completed_at", "late_evidence", "late_found_at"), NEVER),
    },
    "incident": {
        "source": GIVEN,
        **dict.fromkeys(("id", "opened_at"), NEVER),
        **dict.fromkeys(("acknowledged_at", "acknowledged_by", "acknowledged_identity"), NEVER),
        **dict.fromkeys(("acknowledged_why", "closed_at", "closed_by"), NEVER),
        **dict.fromkeys(("closed_identity", "closed_why"), NEVER),
    },
    # The migrations' own record.
    "schema_migration": dict.fromkeys(("name", "checksum", "applied_at"), NEVER),
}

# Which states a row of each table may be in, and how it is found.
STATES = {
    "file_metadata": {
        "working": "filename = 'working.csv'",
        "free": "filename = 'free.csv'",
        "final": "filename = 'final.csv'",
        "rejected": "filename = 'rejected.csv'",
        "sent": "filename = 'sent.csv'",
    },
    "file_attempt": {
        "working": "ended_at IS NULL",
        "ended": "ended_at IS NOT NULL",
    },
    "notification": {
        "unsent": "sent_at IS NULL AND waits_since IS NULL",
        "waiting": "sent_at IS NULL AND waits_since IS NOT NULL AND digest_id IS NULL",
        "in a digest": "sent_at IS NULL AND digest_id IS NOT NULL",
        "sent": "sent_at IS NOT NULL",
    },
    "digest": {"unsent": "sent_at IS NULL", "sent": "sent_at IS NOT NULL"},
    "mail_budget": {"spent": "TRUE"},
    "replay": {"recorded": "TRUE"},
    "replaced_backup": {"recorded": "TRUE"},
    "reconcile_pass": {"open": "ended_at IS NULL", "ended": "ended_at IS NOT NULL"},
    "reconciliation_request": {"recorded": "TRUE"},
    "sources_version": {"recorded": "TRUE"},
    "source": {"in force": "TRUE"},
    "expectation": {"in force": "until IS NULL", "ended": "until IS NOT NULL"},
    "evaluation": {
        "as expected": "incident_id IS NULL",
        "lacking": "incident_id IS NOT NULL AND late_found_at IS NULL",
        "completed": "late_found_at IS NOT NULL",
    },
    "incident": {
        "open": "closed_at IS NULL AND acknowledged_at IS NULL",
        "acknowledged": "closed_at IS NULL AND acknowledged_at IS NOT NULL",
        "closed": "closed_at IS NOT NULL",
    },
    "schema_migration": {"recorded": "TRUE"},
}

# Another value of each type, written as SQL over the column's old one.
OTHER_VALUES = {
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "text": "coalesce({0}, '') || 'x'",
    "jsonb": "coalesce({0}, '{{}}') || '{{\"another\": 1}}'",
    "timestamp with time zone": "now()",
    "boolean": "NOT {0}",
}
