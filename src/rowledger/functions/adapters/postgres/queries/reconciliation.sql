-- lookup: The rows of these uploads of one bucket.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted (key text, version_id text)
    ON f.filename = wanted.key AND f.version_id = wanted.version_id
 WHERE f.bucket = :bucket

-- attempt_version: Which version of which function made an attempt.
SELECT function_version FROM file_attempt WHERE file_id = :file_id AND attempt = :attempt

-- stranded: Rows that nobody is at work on: no outcome and no lease, or a notification that waits.
SELECT ${ledger_row}
  FROM ${ledger}
 WHERE f.bucket = :bucket AND f.id > :after AND f.id IN (
           SELECT id FROM file_metadata
            WHERE status = 'PROCESSING' AND lease_expires_at <= clock_timestamp()
            UNION
           SELECT file_id FROM notification
            WHERE sent_at IS NULL AND lease_expires_at <= clock_timestamp())
 ORDER BY f.id LIMIT :limit

-- oldest_unfinished: When the oldest upload without an outcome was received.
SELECT min(received_at) FROM file_metadata WHERE status = 'PROCESSING' AND bucket = :bucket

-- record_backup: Record the version of a backup that was copied again.
UPDATE file_metadata SET backup_version_id = :version_id WHERE id = :id

-- resume_pass: Go on with the pass that is not finished, as its next run, for a request if any.
UPDATE reconcile_pass
   SET run = run + 1,
       totals = totals || jsonb_build_object('requests', ${requests_of_pass} || CASE
           WHEN CAST(:request_id AS integer) IS NULL
                OR ${requests_of_pass} @> to_jsonb(CAST(:request_id AS integer)) THEN '[]'
           ELSE to_jsonb(CAST(:request_id AS integer)) END)
 WHERE ended_at IS NULL
RETURNING id, began_at, run, key_marker, version_marker, swept, totals

-- begin_pass: Begin a pass, unless one is not finished.
INSERT INTO reconcile_pass (totals)
SELECT CAST(:totals AS jsonb) || jsonb_build_object('requests', CASE
           WHEN CAST(:request_id AS integer) IS NULL THEN '[]'
           ELSE jsonb_build_array(CAST(:request_id AS integer)) END)
ON CONFLICT DO NOTHING
RETURNING id, began_at, run, key_marker, version_marker, swept, totals

-- save_pass: Keep how far a pass has come, unless another run works on it by now.
UPDATE reconcile_pass
   SET key_marker = :key, version_marker = :version_id, swept = :swept,
       totals = CAST(:totals AS jsonb) || jsonb_build_object('requests', ${requests_of_pass}),
       ended_at = :ended_at, complete_through = :complete_through
 WHERE id = :id AND run = :run AND ended_at IS NULL
RETURNING id

-- previous_pass_began: When the pass before this one began.
SELECT began_at FROM reconcile_pass WHERE id < :id ORDER BY id DESC LIMIT 1

-- complete_through: What the latest finished pass claims.
SELECT complete_through FROM reconcile_pass WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1

-- request: What an operator asked for.
SELECT requested_by AS by, identity, reason, grace_seconds, max_repairs
  FROM reconciliation_request WHERE id = :id
