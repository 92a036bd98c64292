-- Replays: who sent an upload through the function again, when, why, and what it had come to before.

CREATE TABLE replay (
    id           SERIAL PRIMARY KEY,
    requested_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    requested_by TEXT NOT NULL,
    reason       TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('ledger', 'dead-letters')),
    bucket       TEXT NOT NULL,
    filename     TEXT NOT NULL,
    version_id   TEXT NOT NULL,
    -- NULL where the upload had no row yet: its every event had failed before the first claim
    file_id      INTEGER REFERENCES file_metadata (id),
    -- the outcome that stood in the row; NULL where there was none
    previous     JSONB
);

CREATE INDEX replay_upload ON replay (bucket, filename, version_id);

-- Each attempt that comes to an outcome has a notification of its own, and the earlier one stays.
-- The default is for a function of the version before, which may still run when this is applied.
ALTER TABLE notification ADD COLUMN attempt INTEGER DEFAULT 1;
UPDATE notification SET attempt = file_metadata.attempt
  FROM file_metadata WHERE file_metadata.id = notification.file_id;
ALTER TABLE notification
    ALTER COLUMN attempt SET NOT NULL,
    DROP CONSTRAINT notification_file_id_key,
    ADD CONSTRAINT one_notification_per_attempt UNIQUE (file_id, attempt);

-- An outcome is final for everybody but the operator, who reopens a row in the transaction that
-- also records the replay. The function can then never rewrite history, whatever its code does.
CREATE FUNCTION refuse_another_outcome() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    RAISE EXCEPTION ''ledger row % has its outcome already'', OLD.id
        USING ERRCODE = ''insufficient_privilege'';
END';

CREATE TRIGGER outcome_is_final BEFORE UPDATE ON file_metadata FOR EACH ROW
    WHEN (OLD.status <> 'PROCESSING'
          AND (OLD.status, OLD.rows_count, OLD.sha256, OLD.error)
              IS DISTINCT FROM (NEW.status, NEW.rows_count, NEW.sha256, NEW.error)
          AND NOT pg_has_role(current_user, '${operator_role}', 'MEMBER'))
    EXECUTE FUNCTION refuse_another_outcome();

GRANT USAGE ON SCHEMA public TO ${operator_role};
GRANT SELECT ON file_metadata, file_attempt, notification TO ${operator_role};
GRANT INSERT ON file_metadata, file_attempt, notification TO ${operator_role};
GRANT UPDATE (status, timestamp, rows_count, attempt, claimed_by, lease_expires_at,
              file_size_bytes, columns_count, sha256, dialect, error, duration_ms, backup_version_id)
    ON file_metadata TO ${operator_role};
GRANT UPDATE (ended_at, result) ON file_attempt TO ${operator_role};
GRANT UPDATE (claimed_by, lease_expires_at, sent_at, topic_message_id)
    ON notification TO ${operator_role};
GRANT USAGE ON SEQUENCE file_metadata_id_seq, notification_id_seq TO ${operator_role};
GRANT SELECT ON replay TO ${function_role}, ${reader_role}, ${operator_role};
GRANT INSERT ON replay TO ${operator_role};
GRANT USAGE ON SEQUENCE replay_id_seq TO ${operator_role};
