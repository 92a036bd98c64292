-- newest: A page of a selection, the latest received first.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN (SELECT f.id AS listed_id FROM file_metadata f
         WHERE ${selected}
           AND (CAST(:after_id AS integer) IS NULL
                OR (f.received_at, f.id) < (CAST(:after AS timestamptz), :after_id))
         ORDER BY f.received_at DESC, f.id DESC LIMIT :limit) page ON f.id = listed_id
 ORDER BY f.received_at DESC, f.id DESC

-- oldest: The same, the longest received first.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN (SELECT f.id AS listed_id FROM file_metadata f
         WHERE ${selected}
           AND (CAST(:after_id AS integer) IS NULL
                OR (f.received_at, f.id) > (CAST(:after AS timestamptz), :after_id))
         ORDER BY f.received_at, f.id LIMIT :limit) page ON f.id = listed_id
 ORDER BY f.received_at, f.id

-- name: The same, by key.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN (SELECT f.id AS listed_id FROM file_metadata f
         WHERE ${selected}
           AND (CAST(:after_id AS integer) IS NULL
                OR (f.filename COLLATE "C", f.id) > (CAST(:after AS text), :after_id))
         ORDER BY f.filename COLLATE "C", f.id LIMIT :limit) page ON f.id = listed_id
 ORDER BY f.filename COLLATE "C", f.id

-- size: The same, the largest first.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN (SELECT f.id AS listed_id FROM file_metadata f
         WHERE ${selected}
           AND (CAST(:after_id AS integer) IS NULL
                OR (coalesce(f.file_size_bytes, 0), f.id) < (CAST(:after AS bigint), :after_id))
         ORDER BY coalesce(f.file_size_bytes, 0) DESC, f.id DESC LIMIT :limit) page ON f.id = listed_id
 ORDER BY coalesce(f.file_size_bytes, 0) DESC, f.id DESC

-- rows: The same, those with the most data rows first, and those without a count last.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN (SELECT f.id AS listed_id FROM file_metadata f
         WHERE ${selected}
           AND (CAST(:after_id AS integer) IS NULL
                OR (coalesce(f.rows_count, -1), f.id) < (CAST(:after AS bigint), :after_id))
         ORDER BY coalesce(f.rows_count, -1) DESC, f.id DESC LIMIT :limit) page ON f.id = listed_id
 ORDER BY coalesce(f.rows_count, -1) DESC, f.id DESC

-- history: The upload received last of a selection, with the latest of its attempts and replays.
SELECT ${ledger_row}, f.header,
       (SELECT json_agg(json_build_object(
                   'attempt', a.attempt, 'request_id', a.request_id, 'started_at', a.started_at,
                   'ended_at', a.ended_at, 'result', a.result,
                   'function_version', a.function_version) ORDER BY a.attempt)
          FROM (SELECT * FROM file_attempt WHERE file_id = f.id
                 ORDER BY attempt DESC LIMIT :most) a) AS attempts,
       (SELECT coalesce(json_agg(json_build_object(
                   'requested_at', r.requested_at, 'requested_by', r.requested_by,
                   'identity', r.identity, 'reason', r.reason, 'source', r.source,
                   'previous', r.previous) ORDER BY r.id), '[]')
          FROM (SELECT * FROM replay
                 WHERE (bucket, filename, version_id) = (f.bucket, f.filename, f.version_id)
                 ORDER BY id DESC LIMIT :most) r) AS replays,
       (SELECT json_agg(json_build_object(
                   'id', v.id, 'version_id', v.version_id, 'received_at', v.received_at,
                   'status', v.status, 'rows_count', v.rows_count, 'code', v.error->>'code',
                   'source', v.source, 'supersedes', v.supersedes) ORDER BY v.received_at, v.id)
          FROM (SELECT * FROM file_metadata
                 WHERE (bucket, filename) = (f.bucket, f.filename)
                 ORDER BY received_at DESC, id DESC LIMIT :most_versions) v
        HAVING count(*) > 1) AS chain
  FROM ${ledger}
 WHERE ${selected}
 ORDER BY f.received_at DESC, f.id DESC LIMIT 1

-- find: The rows of these uploads.
SELECT ${ledger_row}
  FROM ${ledger}
  JOIN jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted (bucket text, key text, version_id text)
    ON (f.bucket, f.filename, f.version_id) = (wanted.bucket, wanted.key, wanted.version_id)

-- by_day: A selection summed up by the day of receipt, the latest first.
SELECT to_char(f.received_at AT TIME ZONE 'UTC' + make_interval(mins => :offset), 'YYYY-MM-DD')
       AS "group", ${sums}
  FROM file_metadata f WHERE ${selected} GROUP BY 1 ORDER BY 1 DESC LIMIT :limit

-- by_hour: The same by the hour of receipt.
SELECT to_char(f.received_at AT TIME ZONE 'UTC' + make_interval(mins => :offset),
               'YYYY-MM-DD HH24:00') AS "group", ${sums}
  FROM file_metadata f WHERE ${selected} GROUP BY 1 ORDER BY 1 DESC LIMIT :limit

-- by_prefix: The same by what keys begin with, up to the first slash and with it.
SELECT CASE WHEN strpos(f.filename, '/') > 0 THEN split_part(f.filename, '/', 1) || '/' ELSE '' END
       COLLATE "C" AS "group", ${sums}
  FROM file_metadata f WHERE ${selected} GROUP BY 1 ORDER BY 1 LIMIT :limit

-- by_status: The same by status.
SELECT f.status COLLATE "C" AS "group", ${sums}
  FROM file_metadata f WHERE ${selected} GROUP BY 1 ORDER BY 1 LIMIT :limit

-- sums: What a summary has of each group.
       count(*) AS files, count(*) FILTER (WHERE f.status = 'SUCCESS') AS succeeded,
       count(*) FILTER (WHERE f.status = 'FAILED') AS rejected,
       count(*) FILTER (WHERE f.status = 'PROCESSING') AS processing,
       coalesce(sum(f.rows_count), 0)::bigint AS rows,
       coalesce(sum(f.file_size_bytes), 0)::bigint AS bytes,
       count(*) FILTER (WHERE f.warnings <> '[]') AS warned

-- passes: The latest passes of reconciliation, the newest first, with the requests they were for.
SELECT id, began_at, ended_at, run, key_marker, version_marker, swept, totals, complete_through,
       CASE WHEN :requests THEN (
           SELECT coalesce(json_agg(json_build_object(
                      'id', r.id, 'requested_at', r.requested_at, 'by', r.requested_by,
                      'identity', r.identity, 'reason', r.reason) ORDER BY r.id), '[]')
             FROM reconciliation_request r
            WHERE r.id IN (SELECT CAST(each AS integer)
                             FROM jsonb_array_elements_text(${requests_of_pass}) each))
       ELSE '[]' END AS requests
  FROM reconcile_pass ORDER BY id DESC LIMIT :limit

-- lock: Lock a row until the transaction ends, and say until when an attempt has it.
SELECT ${held_until}
  FROM file_metadata f
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   FOR UPDATE

-- record_replay: Record a replay, with the outcome that it follows.
INSERT INTO replay (requested_by, identity, reason, source, bucket, filename, version_id, file_id,
                    previous)
SELECT :by, :identity, :reason, :source, :bucket, :key, :version_id, f.id,
       CASE WHEN f.status <> 'PROCESSING' THEN jsonb_build_object(
           'status', f.status, 'timestamp', f.timestamp, 'rows_count', f.rows_count,
           'columns_count', f.columns_count, 'file_size_bytes', f.file_size_bytes,
           'sha256', f.sha256, 'dialect', f.dialect, 'error', f.error, 'attempt', f.attempt,
           'warnings', f.warnings, 'header', f.header, 'header_sha256', f.header_sha256,
           'source', f.source, 'sources_version', f.sources_version, 'supersedes', f.supersedes) END
  FROM (SELECT) one
  LEFT JOIN file_metadata f
    ON f.bucket = :bucket AND f.filename = :key AND f.version_id = :version_id

-- reopen: Free a row that has its outcome for a new attempt.
UPDATE file_metadata
   SET status = 'PROCESSING', timestamp = now(), lease_expires_at = now(), rows_count = NULL,
       columns_count = NULL, sha256 = NULL, dialect = NULL, error = NULL, duration_ms = NULL
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   AND status <> 'PROCESSING'

-- request_reconciliation: Record who has a pass run, and with which limits.
INSERT INTO reconciliation_request (requested_by, identity, reason, grace_seconds, max_repairs)
VALUES (:by, :identity, :reason, :grace_seconds, :max_repairs) RETURNING id

-- sources_versions: The versions of the sources, the latest first.
SELECT ${sources_version} FROM sources_version v ORDER BY v.id DESC LIMIT :limit

-- sources_of_version: A version of the sources with its content; without a number, that in force.
SELECT ${sources_version}, v.document FROM sources_version v
 WHERE v.id = coalesce(CAST(:version AS integer), (SELECT max(id) FROM sources_version))

-- sources_version: The columns of a SourcesVersion, each under its field's name.
       v.id AS version, v.applied_at, v.applied_by AS "by", v.identity, v.reason, v.sha256,
       jsonb_array_length(v.document->'sources') AS sources

-- apply_sources: Apply sources as the next version, unless the latest is the same; return it.
WITH latest AS (
    SELECT id, sha256 FROM sources_version ORDER BY id DESC LIMIT 1
), added AS (
    INSERT INTO sources_version (applied_by, identity, reason, sha256, document)
    SELECT :by, :identity, :reason, :sha256, CAST(:document AS jsonb)
     WHERE NOT EXISTS (SELECT FROM latest WHERE sha256 = :sha256)
    RETURNING id
)
SELECT id, TRUE FROM added
 UNION ALL
SELECT id, FALSE FROM latest WHERE sha256 = :sha256
