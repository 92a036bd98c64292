-- The ledger: one row an upload, one row an attempt, one notification an outcome.

CREATE TABLE file_metadata (
    id                SERIAL PRIMARY KEY,
    filename          TEXT NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'FAILED')),
    timestamp         TIMESTAMPTZ NOT NULL DEFAULT now(),
    rows_count        BIGINT CHECK (rows_count >= 0),

    -- the upload
    bucket            TEXT NOT NULL,
    version_id        TEXT NOT NULL,
    etag              TEXT NOT NULL,
    received_at       TIMESTAMPTZ NOT NULL,

    -- the claim
    attempt           INTEGER NOT NULL DEFAULT 1,
    claimed_by        TEXT NOT NULL,
    lease_expires_at  TIMESTAMPTZ NOT NULL,

    -- the outcome
    file_size_bytes   BIGINT,
    columns_count     INTEGER,
    sha256            TEXT,
    dialect           JSONB,
    error             JSONB,
    duration_ms       INTEGER,
    receipt_key       TEXT NOT NULL,
    backup_key        TEXT NOT NULL,
    backup_version_id TEXT,

    CONSTRAINT one_row_per_upload UNIQUE (bucket, filename, version_id),
    CONSTRAINT one_backup_per_upload UNIQUE (backup_key),
    CONSTRAINT rows_only_of_a_success CHECK ((rows_count IS NOT NULL) = (status = 'SUCCESS')),
    CONSTRAINT reason_only_of_a_failure CHECK ((error IS NOT NULL) = (status = 'FAILED'))
);

CREATE INDEX file_metadata_unfinished ON file_metadata (lease_expires_at)
    WHERE status = 'PROCESSING';
CREATE INDEX file_metadata_received ON file_metadata (received_at);

CREATE TABLE file_attempt (
    file_id    INTEGER NOT NULL REFERENCES file_metadata (id),
    attempt    INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    ended_at   TIMESTAMPTZ,
    -- SUCCESS, FAILED or a fault's code; NULL while it runs, and for ever where it crashed
    result     TEXT,
    PRIMARY KEY (file_id, attempt)
);

CREATE TABLE notification (
    id               SERIAL PRIMARY KEY,
    file_id          INTEGER NOT NULL UNIQUE REFERENCES file_metadata (id),
    message_id       TEXT NOT NULL UNIQUE,
    subject          TEXT NOT NULL,
    body             TEXT NOT NULL,
    attributes       JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    claimed_by       TEXT NOT NULL,
    lease_expires_at TIMESTAMPTZ NOT NULL,
    sent_at          TIMESTAMPTZ,
    topic_message_id TEXT
);

CREATE INDEX notification_unsent ON notification (created_at) WHERE sent_at IS NULL;

-- The function adds rows and fills in what becomes of them. It can neither remove a row nor turn one
-- into another upload's: the identity columns are in no UPDATE grant.
GRANT USAGE ON SCHEMA public TO ${function_role}, ${reader_role};
GRANT SELECT ON file_metadata, file_attempt, notification TO ${function_role}, ${reader_role};
GRANT INSERT ON file_metadata, file_attempt, notification TO ${function_role};
GRANT UPDATE (status, timestamp, rows_count, attempt, claimed_by, lease_expires_at,
              file_size_bytes, columns_count, sha256, dialect, error, duration_ms, backup_version_id)
    ON file_metadata TO ${function_role};
GRANT UPDATE (ended_at, result) ON file_attempt TO ${function_role};
GRANT UPDATE (claimed_by, lease_expires_at, sent_at, topic_message_id)
    ON notification TO ${function_role};
GRANT USAGE ON SEQUENCE file_metadata_id_seq, notification_id_seq TO ${function_role};
