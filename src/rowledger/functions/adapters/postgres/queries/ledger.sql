-- begin: Claim an upload for its first attempt, unless it has a row or another's backup has its key.
WITH claimed AS (
    INSERT INTO file_metadata (filename, status, bucket, version_id, etag, received_at, claimed_by,
                               lease_expires_at, file_size_bytes, receipt_key, backup_key)
    -- Looked for first: an INSERT that only meets a conflict takes the next id all the same.
    SELECT :key, 'PROCESSING', :bucket, :version_id, :etag, CAST(:received_at AS timestamptz),
           :request_id, now() + make_interval(secs => :lease), CAST(:size AS bigint), :receipt_key,
           :backup_key
     WHERE NOT EXISTS (SELECT FROM file_metadata
                        WHERE bucket = :bucket AND filename = :key AND version_id = :version_id)
       AND NOT EXISTS (SELECT FROM file_metadata WHERE backup_key = :backup_key)
    ON CONFLICT DO NOTHING
    RETURNING id, attempt, backup_key, received_at
), begun AS (
    INSERT INTO file_attempt (file_id, attempt, request_id, function_version)
    SELECT id, attempt, :request_id, :function_version FROM claimed
)
SELECT id, attempt, backup_key, received_at, ${candidates}, FALSE FROM claimed

-- take_over: Claim it for its next attempt, if the last one's lease ended or is this request's own.
WITH claimed AS (
    UPDATE file_metadata
       SET attempt = attempt + 1, claimed_by = :request_id, timestamp = now(),
           lease_expires_at = now() + make_interval(secs => :lease)
     WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
       AND status = 'PROCESSING'
       AND (lease_expires_at <= clock_timestamp() OR claimed_by = :request_id)
    RETURNING id, attempt, backup_key, received_at
), begun AS (
    INSERT INTO file_attempt (file_id, attempt, request_id, function_version)
    SELECT id, attempt, :request_id, :function_version FROM claimed
)
SELECT id, attempt, backup_key, received_at, ${candidates},
       EXISTS (SELECT FROM replay WHERE bucket = :bucket AND filename = :key
                  AND version_id = :version_id AND previous IS NOT NULL)
  FROM claimed

-- candidates: The sources in force whose prefix the key has, the longest first; NULL for none.
-- By an index: it is asked for each beginning of the key, and not each source for its prefix.
(SELECT jsonb_agg(jsonb_build_array(s.name, s.version, s.document)
                  ORDER BY length(s.prefix) DESC, s.named DESC, s.place)
   FROM source s
  WHERE s.prefix = ANY (ARRAY(SELECT left(:key, n) FROM generate_series(0, length(:key)) n)))

-- claim_state: Say why an upload cannot be claimed.
SELECT id, status, lease_expires_at FROM file_metadata
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id

-- commit: Record an outcome, fenced: only for the latest attempt, and while it has its lease.
UPDATE file_metadata
   SET status = :status, timestamp = now(), rows_count = :rows, file_size_bytes = :size,
       columns_count = :columns, sha256 = :sha256, dialect = CAST(:dialect AS jsonb),
       error = CAST(:error AS jsonb), warnings = CAST(:warnings AS jsonb),
       header = CAST(:header AS jsonb), header_sha256 = :header_sha256, duration_ms = :duration_ms,
       backup_version_id = :backup_version_id, source = :source,
       sources_version = :sources_version, supersedes = :supersedes
 WHERE id = :id AND attempt = :attempt AND status = 'PROCESSING'
   AND lease_expires_at > clock_timestamp()
RETURNING claimed_by

-- end_attempt: Record how an attempt ended.
UPDATE file_attempt SET ended_at = now(), result = :result
 WHERE file_id = :id AND attempt = :attempt AND ended_at IS NULL

-- add_notification: Keep what is said of the outcome, which this request has the right to publish.
INSERT INTO notification (file_id, attempt, message_id, subject, body, attributes, event,
                          mail_wanted, claimed_by, lease_expires_at)
VALUES (:id, :attempt, :message_id, :subject, :body, CAST(:attributes AS jsonb), :event,
        :mail_wanted, :claimed_by, now() + make_interval(secs => :lease))
RETURNING id

-- release: End the lease of an attempt that failed, unless it was taken over or had committed.
UPDATE file_metadata SET lease_expires_at = now()
 WHERE id = :id AND attempt = :attempt AND status = 'PROCESSING'
RETURNING id

-- earlier_attempts: How the attempts before this one ended, the latest first.
-- Those that gave the upload up read nothing; the replay that followed has their code.
SELECT started_at, result FROM file_attempt
 WHERE file_id = :id AND attempt < :attempt
   AND attempt <> ALL (ARRAY(
       SELECT CAST(r.previous ->> 'attempt' AS integer)
         FROM replay r JOIN file_metadata f USING (bucket, filename, version_id)
        WHERE f.id = :id AND r.previous -> 'error' ->> 'code' = ANY(CAST(:given_up AS text[]))))
 ORDER BY attempt DESC LIMIT :limit

-- earlier_files: What the ledger has of a source before one of its uploads, in one row.
-- Of each day of the week its last good files, from an index that has them side by side.
WITH this AS (
    SELECT id, bucket, filename, version_id, received_at, ${weekday} AS weekday
      FROM file_metadata f WHERE id = :id
), good AS (
    SELECT found.* FROM this, generate_series(1, 7) day, LATERAL (
        SELECT f.id, f.received_at, f.rows_count, day = this.weekday AS same_day
          FROM file_metadata f
         WHERE f.source = :source AND f.status = 'SUCCESS'
           AND ${weekday} = CAST(day AS smallint)
           AND (f.received_at, f.id) < (this.received_at, this.id)
         ORDER BY f.received_at DESC, f.id DESC LIMIT :most) found
)
SELECT this.weekday, last.header, last.header_sha256,
       ARRAY(SELECT rows_count FROM good WHERE same_day ORDER BY received_at DESC, id DESC),
       ARRAY(SELECT rows_count FROM good ORDER BY received_at DESC, id DESC LIMIT :most),
       -- A good one first. Of two at once, each is to know of the other; a replay, not of later ones.
       (SELECT json_build_array(f.id, f.filename, f.version_id, f.status) FROM file_metadata f
         WHERE f.source = :source AND f.sha256 = :sha256 AND f.id <> this.id
           AND f.status <> 'PROCESSING'
           AND (NOT :replay OR (f.received_at, f.id) < (this.received_at, this.id))
         ORDER BY f.status = 'SUCCESS' DESC, f.received_at, f.id LIMIT 1),
       (SELECT json_build_array(f.id, f.filename, f.version_id, f.status) FROM file_metadata f
         WHERE f.bucket = this.bucket AND f.filename = this.filename AND f.id <> this.id
           AND f.status <> 'PROCESSING'
           AND (f.received_at, f.id) < (this.received_at, this.id)
         ORDER BY f.received_at DESC, f.id DESC LIMIT 1)
  FROM this LEFT JOIN file_metadata last
    ON last.id = (SELECT id FROM good ORDER BY received_at DESC, id DESC LIMIT 1)

-- weekday: The day of the week on which a file f was received, in UTC; 1 for Monday.
CAST(extract(isodow FROM f.received_at AT TIME ZONE 'UTC') AS smallint)

-- result_before: How the attempt before this one ended.
SELECT result FROM file_attempt WHERE file_id = :id AND attempt = :attempt - 1

-- others_read: The time now, and whether an upload that came since a moment has been read.
-- received_at is what the index is by; timestamp, as the event's time may be wrong.
SELECT clock_timestamp(), EXISTS (
    SELECT FROM file_metadata
     WHERE bucket = (SELECT bucket FROM file_metadata WHERE id = :id) AND id <> :id
       AND received_at > CAST(:since AS timestamptz) AND timestamp > CAST(:since AS timestamptz)
       AND sha256 IS NOT NULL)

-- mark_event_sent: Record that the event was sent, and with it all that is said where no mail is wanted.
UPDATE notification
   SET event_sent_at = now(), event_message_id = :topic,
       sent_at = CASE WHEN mail_wanted THEN sent_at ELSE now() END
 WHERE id = :id AND event_sent_at IS NULL

-- mark_sent: Record that the mail was sent.
UPDATE notification SET sent_at = now(), topic_message_id = :topic
 WHERE id = :id AND sent_at IS NULL

-- release_notification: Give up the right to publish, unless it is another's by now.
UPDATE notification SET lease_expires_at = now(), tries = greatest(tries - 1, 0)
 WHERE id = :id AND claimed_by = :request_id AND digest_id IS NULL

-- claim_notification: Take the right to publish the oldest notification that nobody else has.
UPDATE notification
   SET claimed_by = :request_id, waits_since = NULL, tries = tries + 1,
       lease_expires_at = now() + make_interval(secs => :lease * ${patience})
 WHERE id = (SELECT id FROM notification
              WHERE file_id = :file_id AND ${unsent} AND digest_id IS NULL
                AND (lease_expires_at <= clock_timestamp()
                     OR claimed_by = :request_id AND waits_since IS NULL)
              ORDER BY attempt LIMIT 1 FOR UPDATE)
RETURNING ${pending}

-- held_notification: Until when another request has the right to publish.
SELECT lease_expires_at FROM notification
 WHERE file_id = :file_id AND ${unsent} AND digest_id IS NULL AND waits_since IS NULL
