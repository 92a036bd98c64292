-- Looking into a large ledger, and who asked for what.

-- The newest first, with what a list is narrowed and a summary is made by: read from the index alone.
CREATE INDEX file_metadata_newest ON file_metadata (received_at, id)
    INCLUDE (filename, status, rows_count, file_size_bytes);
DROP INDEX file_metadata_received;
-- By name, by byte: so that a prefix is a range of it too.
CREATE INDEX file_metadata_name ON file_metadata (filename COLLATE "C", id);
CREATE INDEX file_metadata_size ON file_metadata (coalesce(file_size_bytes, 0), id);
CREATE INDEX file_metadata_rows ON file_metadata (coalesce(rows_count, -1), id);
-- Rejected files are few, and looked for among many.
CREATE INDEX file_metadata_rejected ON file_metadata (received_at, id) WHERE status = 'FAILED';
CREATE INDEX file_metadata_code ON file_metadata ((error->>'code'), received_at, id)
    WHERE status = 'FAILED';

-- The ARN of whoever asked, as the caller says; NULL for replays that are older than this column.
ALTER TABLE replay ADD COLUMN identity TEXT;

-- Passes of reconciliation that a person asked for: csv-reconciler is started with the id, and takes
-- its limits from here. NULL: its own settings.
CREATE TABLE reconciliation_request (
    id            SERIAL PRIMARY KEY,
    requested_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
    requested_by  TEXT NOT NULL,
    identity      TEXT,
    reason        TEXT NOT NULL,
    grace_seconds INTEGER,
    max_repairs   INTEGER
);

GRANT SELECT ON reconciliation_request TO ${function_role}, ${reader_role}, ${operator_role};
GRANT INSERT ON reconciliation_request TO ${operator_role};
GRANT USAGE ON SEQUENCE reconciliation_request_id_seq TO ${operator_role};
GRANT SELECT ON reconcile_pass TO ${operator_role};
