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
           SELECT file_id FROM notification LEFT JOIN digest d ON d.id = digest_id
            WHERE (notification.sent_at IS NULL OR event IS NOT NULL AND event_sent_at IS NULL)
              AND coalesce(d.lease_expires_at, notification.lease_expires_at)
                  <= clock_timestamp())
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
 WHERE NOT EXISTS (SELECT FROM reconcile_pass WHERE ended_at IS NULL)
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

-- complete_through: What the latest finished pass claims, of those with a claim that can be.
SELECT complete_through FROM reconcile_pass
 WHERE ended_at IS NOT NULL AND complete_through <= began_at ORDER BY id DESC LIMIT 1

-- contradictions: Of these uploads, those of which row, attempt and notification do not agree.
SELECT f.filename, f.version_id, concat_ws(', ',
           CASE WHEN a.file_id IS NULL THEN 'its attempt is not on record' END,
           CASE WHEN a.result IS DISTINCT FROM f.status THEN 'its attempt ended otherwise' END,
           CASE WHEN a.ended_at IS DISTINCT FROM f.timestamp
                THEN 'its attempt ended at another time' END,
           CASE WHEN n.id IS NULL THEN 'it has no notification' END,
           CASE WHEN n.attributes->>'status' <> f.status
                THEN 'its notification has another status' END,
           CASE WHEN later.attempt IS NOT NULL THEN 'a later attempt is on record' END)
  FROM file_metadata f
  JOIN jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted (key text, version_id text)
    ON f.filename = wanted.key AND f.version_id = wanted.version_id
  LEFT JOIN file_attempt a ON (a.file_id, a.attempt) = (f.id, f.attempt)
  LEFT JOIN notification n ON (n.file_id, n.attempt) = (f.id, f.attempt)
  LEFT JOIN file_attempt later ON (later.file_id, later.attempt) = (f.id, f.attempt + 1)
 WHERE f.bucket = :bucket AND f.status <> 'PROCESSING'
   AND (a.ended_at IS DISTINCT FROM f.timestamp OR a.result IS DISTINCT FROM f.status
        OR n.id IS NULL OR n.attributes->>'status' <> f.status OR later.attempt IS NOT NULL)

-- request: What an operator asked for.
SELECT requested_by AS by, identity, reason, grace_seconds, max_repairs
  FROM reconciliation_request WHERE id = :id

-- judgement: By which source a row was judged, as the version that judged had it.
SELECT (SELECT each FROM sources_version v, jsonb_array_elements(v.document->'sources') each
         WHERE v.id = f.sources_version AND each->>'name' = f.source),
       f.source, f.sources_version,
       EXISTS (SELECT FROM replay r WHERE previous IS NOT NULL
                  AND (r.bucket, r.filename, r.version_id) = (f.bucket, f.filename, f.version_id)),
       (SELECT json_build_array(b.id, b.filename, b.version_id, b.status)
          FROM file_metadata b WHERE b.id = f.supersedes)
  FROM file_metadata f WHERE f.id = :id AND f.source IS NOT NULL
