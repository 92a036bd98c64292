-- What is expected of whose files: each version of the sources that was applied, those in force, and
-- which of them judged a file.

CREATE TABLE sources_version (
    -- 1, 2, 3, ...: the highest is in force. A trigger gives it.
    id         INTEGER PRIMARY KEY,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_by TEXT NOT NULL,
    -- the ARN that AWS knows them by, as they say
    identity   TEXT,
    reason     TEXT,
    -- of the document as JSON with its keys in order, without spaces, in UTF-8
    sha256     TEXT NOT NULL,
    document   JSONB NOT NULL
);

-- One row a source of the version in force. Only a trigger writes it.
CREATE TABLE source (
    name     TEXT PRIMARY KEY,
    prefix   TEXT NOT NULL,
    -- whether it is for some names alone; such come before one for all
    named    BOOLEAN NOT NULL,
    -- in the file, from 1
    place    INTEGER NOT NULL,
    document JSONB NOT NULL,
    version  INTEGER NOT NULL REFERENCES sources_version (id)
);
CREATE INDEX source_prefix ON source (prefix);

ALTER TABLE file_metadata
    -- the name of the source that judged the file; NULL where there was none for it
    ADD COLUMN source          TEXT,
    ADD COLUMN sources_version INTEGER REFERENCES sources_version (id),
    -- the upload of the same key before this one
    ADD COLUMN supersedes      INTEGER REFERENCES file_metadata (id);

-- The last good files of a source, and those of each day of the week.
CREATE INDEX file_metadata_source_good ON file_metadata
    (source, (CAST(extract(isodow FROM received_at AT TIME ZONE 'UTC') AS smallint)), received_at, id)
    WHERE source IS NOT NULL AND status = 'SUCCESS';
-- The same bytes once more.
CREATE INDEX file_metadata_source_bytes ON file_metadata (source, sha256)
    WHERE source IS NOT NULL AND sha256 IS NOT NULL;
-- The files of a source by the time they came.
CREATE INDEX file_metadata_source ON file_metadata (source, received_at, id)
    WHERE source IS NOT NULL;

GRANT UPDATE (source, sources_version, supersedes) ON file_metadata TO ${function_role};
GRANT SELECT ON sources_version, source TO ${function_role}, ${reader_role}, ${operator_role};
GRANT INSERT (applied_by, identity, reason, sha256, document) ON sources_version TO ${operator_role};

-- One after the other, so that none takes the place of one with a higher number.
CREATE FUNCTION number_sources_version() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS '
BEGIN
    LOCK TABLE source IN SHARE ROW EXCLUSIVE MODE;
    NEW.id := (SELECT coalesce(max(id), 0) + 1 FROM sources_version);
    NEW.applied_at := now();
    RETURN NEW;
END';

CREATE FUNCTION put_sources_into_force() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS '
BEGIN
    DELETE FROM source;
    INSERT INTO source (name, prefix, named, place, document, version)
    SELECT each->>''name'', each->>''prefix'', each#>''{names,match}'' IS NOT NULL, place, each, NEW.id
      FROM jsonb_array_elements(NEW.document->''sources'') WITH ORDINALITY AS listed (each, place);
    -- How few they were before must not decide how the next are looked up.
    ANALYZE source;
    RETURN NEW;
END';

CREATE TRIGGER sources_version_is_the_next BEFORE INSERT ON sources_version
    FOR EACH ROW EXECUTE FUNCTION number_sources_version();
CREATE TRIGGER sources_version_is_in_force AFTER INSERT ON sources_version
    FOR EACH ROW EXECUTE FUNCTION put_sources_into_force();

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
        NEW.source := NULL;
        NEW.sources_version := NULL;
        NEW.supersedes := NULL;
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
                   "header_sha256", "source", "sources_version", "supersedes"],
        "replace backup": ["backup_version_id"],
        "reopen": ["status", "timestamp", "lease_expires_at", "rows_count", "columns_count",
                   "sha256", "dialect", "error", "duration_ms"]}');
