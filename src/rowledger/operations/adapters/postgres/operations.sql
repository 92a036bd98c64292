-- histories: The latest uploads with their attempts and replays, the newest first.
SELECT ${ledger_row},
       (SELECT json_agg(json_build_object(
                   'attempt', a.attempt, 'request_id', a.request_id, 'started_at', a.started_at,
                   'ended_at', a.ended_at, 'result', a.result) ORDER BY a.attempt)
          FROM file_attempt a WHERE a.file_id = f.id) AS attempts,
       (SELECT coalesce(json_agg(json_build_object(
                   'requested_at', r.requested_at, 'requested_by', r.requested_by,
                   'reason', r.reason, 'source', r.source, 'previous', r.previous)
                   ORDER BY r.id), '[]')
          FROM replay r
         WHERE (r.bucket, r.filename, r.version_id) = (f.bucket, f.filename, f.version_id))
       AS replays
  FROM ${ledger}
 WHERE (CAST(:key AS text) IS NULL OR f.filename = :key)
   AND (CAST(:version_id AS text) IS NULL OR f.version_id = :version_id)
 ORDER BY f.received_at DESC, f.id DESC LIMIT :limit

-- select: The rows of a selection, the longest received first.
SELECT ${ledger_row}
  FROM ${ledger}
 WHERE (CAST(:key AS text) IS NULL OR f.filename = :key)
   AND (CAST(:version_id AS text) IS NULL OR f.version_id = :version_id)
   AND (CAST(:prefix AS text) IS NULL OR starts_with(f.filename, :prefix))
   AND (CAST(:status AS text) IS NULL OR f.status = :status)
   AND (CAST(:since AS timestamptz) IS NULL OR f.received_at >= :since)
   AND (CAST(:until AS timestamptz) IS NULL OR f.received_at < :until)
 ORDER BY f.received_at, f.id LIMIT :limit

-- lock: Lock a row until the transaction ends, and say until when an attempt has it.
SELECT ${held_until}
  FROM file_metadata f
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   FOR UPDATE

-- record_replay: Record a replay, with the outcome that it follows.
INSERT INTO replay (requested_by, reason, source, bucket, filename, version_id, file_id, previous)
SELECT :by, :reason, :source, :bucket, :key, :version_id, f.id,
       CASE WHEN f.status <> 'PROCESSING' THEN jsonb_build_object(
           'status', f.status, 'timestamp', f.timestamp, 'rows_count', f.rows_count,
           'columns_count', f.columns_count, 'file_size_bytes', f.file_size_bytes,
           'sha256', f.sha256, 'dialect', f.dialect, 'error', f.error, 'attempt', f.attempt) END
  FROM (SELECT) one
  LEFT JOIN file_metadata f
    ON f.bucket = :bucket AND f.filename = :key AND f.version_id = :version_id

-- reopen: Free a row that has its outcome for a new attempt.
UPDATE file_metadata
   SET status = 'PROCESSING', timestamp = now(), lease_expires_at = now(), rows_count = NULL,
       columns_count = NULL, sha256 = NULL, dialect = NULL, error = NULL, duration_ms = NULL
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   AND status <> 'PROCESSING'
