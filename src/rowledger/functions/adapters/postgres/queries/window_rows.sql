-- evaluated: The columns of an EvaluatedWindow.
e.id AS evaluation_id, e.opens_at, e.due_at, e.ends_at, e.late_until, e.state,
e.completed_at IS NOT NULL AS complete, e.late_found_at IS NOT NULL AS completed_late

-- expectation: The columns of an ExpectationRow.
x.id, x.source, x.name, x.prefix, x.match, x.document, x.free_days, x.sources_version, x.since,
x.until

-- now: The time.
SELECT clock_timestamp()
