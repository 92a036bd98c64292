"""How a FileRecord is read: the select list, in the order of its fields, and where it is from."""

COLUMNS = """
       f.id, f.filename, f.status, f.timestamp, f.rows_count, f.bucket, f.version_id, f.etag,
       f.received_at, f.attempt, f.file_size_bytes, f.columns_count, f.sha256, f.dialect, f.error,
       f.duration_ms, f.receipt_key, f.backup_key, f.backup_version_id, n.sent_at,
       (SELECT json_agg(json_build_object(
                   'attempt', a.attempt, 'request_id', a.request_id, 'started_at', a.started_at,
                   'ended_at', a.ended_at, 'result', a.result) ORDER BY a.attempt)
          FROM file_attempt a WHERE a.file_id = f.id),
       (SELECT coalesce(json_agg(json_build_object(
                   'requested_at', r.requested_at, 'requested_by', r.requested_by,
                   'reason', r.reason, 'source', r.source, 'previous', r.previous)
                   ORDER BY r.id), '[]')
          FROM replay r
         WHERE (r.bucket, r.filename, r.version_id) = (f.bucket, f.filename, f.version_id))
"""
ROWS = "file_metadata f LEFT JOIN notification n ON (n.file_id, n.attempt) = (f.id, f.attempt)"
