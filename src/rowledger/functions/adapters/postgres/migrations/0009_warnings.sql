-- What the owner of an accepted file should know: warnings, and the names of its columns.

ALTER TABLE file_metadata
    -- a JSON object each, as the receipt has them; NULL for outcomes that are older than this column
    ADD COLUMN warnings      JSONB,
    -- a JSON array of the names; NULL where the first record is data or only the digest is kept
    ADD COLUMN header        JSONB,
    ADD COLUMN header_sha256 TEXT;

-- Files with warnings are few, and looked for among many.
CREATE INDEX file_metadata_warned ON file_metadata USING gin (warnings jsonb_path_ops)
    WHERE warnings <> '[]';

GRANT UPDATE (warnings, header, header_sha256) ON file_metadata TO ${function_role};

-- forward-compatible: it refuses nothing more than before
CREATE OR REPLACE FUNCTION check_file() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    changed text[] := changed_columns(to_jsonb(OLD), to_jsonb(NEW));
    step text := CASE
        WHEN NEW.status = ''PROCESSING'' AND OLD.status <> ''PROCESSING'' THEN ''reopen''
        WHEN NEW.status <> ''PROCESSING'' AND OLD.status = ''PROCESSING'' THEN ''commit''
        WHEN NEW.status <> ''PROCESSING'' THEN ''replace backup''
        WHEN NEW.attempt <> OLD.attempt THEN ''take over''
        ELSE ''release'' END;
BEGIN
    -- What an outcome says of the file goes with it; a version before this knows nothing of it.
    IF step = ''reopen'' THEN
        NEW.warnings := NULL;
        NEW.header := NULL;
        NEW.header_sha256 := NULL;
    END IF;
    IF changed = ''{}'' OR is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''ledger row '' || OLD.id, step, TG_ARGV[0]::jsonb, changed, CASE step
        WHEN ''take over'' THEN
            may_act_as(''function'') AND NEW.attempt = OLD.attempt + 1 AND NEW.timestamp = now()
            AND (OLD.lease_expires_at <= clock_timestamp() OR OLD.claimed_by = NEW.claimed_by)
            AND NEW.lease_expires_at <= now() + interval ''1 day''
        WHEN ''release'' THEN
            may_act_as(''function'') AND NEW.lease_expires_at = now()
        WHEN ''commit'' THEN
            may_act_as(''function'') AND NEW.timestamp = now()
            AND OLD.lease_expires_at > clock_timestamp()
        WHEN ''replace backup'' THEN
            may_act_as(''function'') AND OLD.status = NEW.status AND OLD.sha256 IS NOT NULL
        -- The replay that keeps the outcome is on record, by this very transaction.
        WHEN ''reopen'' THEN
            may_act_as(''operator'') AND NEW.timestamp = now() AND NEW.lease_expires_at = now()
            AND num_nonnulls(NEW.columns_count, NEW.sha256, NEW.dialect, NEW.duration_ms) = 0
            AND EXISTS (SELECT FROM replay WHERE file_id = OLD.id AND requested_at = now()
                           AND previous @> outcome_of(OLD))
        END);
    RETURN NEW;
END';

-- forward-compatible: see above
CREATE OR REPLACE TRIGGER file_is_final BEFORE UPDATE ON file_metadata
    FOR EACH ROW EXECUTE FUNCTION check_file('{
        "take over": ["attempt", "claimed_by", "lease_expires_at", "timestamp"],
        "release": ["lease_expires_at"],
        "commit": ["status", "timestamp", "rows_count", "file_size_bytes", "columns_count", "sha256",
                   "dialect", "error", "duration_ms", "backup_version_id", "warnings", "header",
                   "header_sha256"],
        "replace backup": ["backup_version_id"],
        "reopen": ["status", "timestamp", "lease_expires_at", "rows_count", "columns_count",
                   "sha256", "dialect", "error", "duration_ms"]}');
