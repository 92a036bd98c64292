-- History is final in the database itself, for every role but the owner: a column grant says who may
-- write a column at all, and a trigger says in which step. docs/ledger-model.md says how a later
-- migration adds a column.

-- A file of gzip may have more columns than an INTEGER can count.
-- forward-compatible: every version reads and writes these as plain numbers
ALTER TABLE file_metadata
    ALTER COLUMN columns_count TYPE BIGINT,
    ALTER COLUMN duration_ms TYPE BIGINT;

-- A time of receipt that cannot be: the first attempt came at the earliest moment that is known.
UPDATE file_metadata f SET received_at = a.started_at
  FROM file_attempt a
 WHERE (a.file_id, a.attempt) = (f.id, 1) AND f.received_at > now() + interval '1 minute';

-- Each version of a backup that another took the place of. Only a trigger writes it.
CREATE TABLE replaced_backup (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id     INTEGER NOT NULL REFERENCES file_metadata (id),
    replaced_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    replaced_by TEXT NOT NULL DEFAULT session_user,
    -- NULL where the row had none
    version_id  TEXT
);
CREATE INDEX replaced_backup_file ON replaced_backup (file_id);

-- Who may write which column.

-- forward-compatible: the functions insert no other columns than these
REVOKE INSERT ON file_metadata, file_attempt, notification, reconcile_pass FROM ${function_role};
GRANT INSERT (filename, status, bucket, version_id, etag, received_at, claimed_by, lease_expires_at,
              file_size_bytes, receipt_key, backup_key)
    ON file_metadata TO ${function_role};
GRANT INSERT (file_id, attempt, request_id) ON file_attempt TO ${function_role};
GRANT INSERT (file_id, attempt, message_id, subject, body, attributes, claimed_by, lease_expires_at)
    ON notification TO ${function_role};
GRANT INSERT (totals) ON reconcile_pass TO ${function_role};

-- forward-compatible: the operator's function has never done more than reopen a row
REVOKE INSERT, UPDATE ON file_metadata, file_attempt, notification FROM ${operator_role};
-- forward-compatible: it inserts into neither table
REVOKE USAGE ON SEQUENCE file_metadata_id_seq, notification_id_seq FROM ${operator_role};
GRANT UPDATE (status, timestamp, rows_count, lease_expires_at, columns_count, sha256, dialect, error,
              duration_ms)
    ON file_metadata TO ${operator_role};
-- forward-compatible: it inserts no other columns than these
REVOKE INSERT ON replay, reconciliation_request FROM ${operator_role};
GRANT INSERT (requested_by, identity, reason, source, bucket, filename, version_id, file_id, previous)
    ON replay TO ${operator_role};
GRANT INSERT (requested_by, identity, reason, grace_seconds, max_repairs)
    ON reconciliation_request TO ${operator_role};

GRANT SELECT ON replaced_backup TO ${function_role}, ${reader_role}, ${operator_role};

-- In which step. Each trigger is given the columns that a step may change; a column that is in none
-- of its lists, as a new one, cannot be changed at all.

CREATE FUNCTION is_free_to_change_history() RETURNS boolean LANGUAGE sql STABLE AS '
    SELECT pg_has_role(current_user, ''${owner_role}'', ''MEMBER'')';

CREATE FUNCTION may_act_as(wanted text) RETURNS boolean LANGUAGE sql STABLE AS '
    SELECT pg_has_role(current_user, CASE wanted WHEN ''function'' THEN ''${function_role}''
                                                 WHEN ''operator'' THEN ''${operator_role}'' END,
                       ''MEMBER'')';

CREATE FUNCTION changed_columns(old_row jsonb, new_row jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE
AS '
    SELECT coalesce(array_agg(key), ''{}'') FROM jsonb_each(new_row)
     WHERE value IS DISTINCT FROM old_row->key';

-- Refuse a step that breaks its rule, or changes what is not the step''s to change.
CREATE FUNCTION check_step(what text, step text, steps jsonb, changed text[], rule boolean)
RETURNS void LANGUAGE plpgsql STABLE AS '
DECLARE
    beyond text[] := ARRAY(
        SELECT unnest(changed) EXCEPT SELECT jsonb_array_elements_text(steps->step));
BEGIN
    IF beyond <> ''{}'' THEN
        RAISE EXCEPTION ''% cannot change: % (step: %)'', what, array_to_string(beyond, '', ''), step
            USING ERRCODE = ''insufficient_privilege'';
    ELSIF rule IS NOT TRUE THEN
        RAISE EXCEPTION ''% cannot be changed like this (step: %)'', what, step
            USING ERRCODE = ''insufficient_privilege'';
    END IF;
END';

CREATE FUNCTION check_new_file() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''a new ledger row'', ''begin'', ''{}'', ''{}'',
        NEW.status = ''PROCESSING'' AND NEW.lease_expires_at <= now() + interval ''1 day'');
    -- Whatever an event says: nothing is received later than now.
    IF NEW.received_at > now() + interval ''1 minute'' THEN
        NEW.received_at := now();
    END IF;
    RETURN NEW;
END';

CREATE FUNCTION check_file() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    changed text[] := changed_columns(to_jsonb(OLD), to_jsonb(NEW));
    step text := CASE
        WHEN NEW.status = ''PROCESSING'' AND OLD.status <> ''PROCESSING'' THEN ''reopen''
        WHEN NEW.status <> ''PROCESSING'' AND OLD.status = ''PROCESSING'' THEN ''commit''
        WHEN NEW.status <> ''PROCESSING'' THEN ''replace backup''
        WHEN NEW.attempt <> OLD.attempt THEN ''take over''
        ELSE ''release'' END;
BEGIN
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

-- What a replay must keep of an outcome before the row may be reopened.
CREATE FUNCTION outcome_of(f file_metadata) RETURNS jsonb LANGUAGE sql STABLE AS '
    SELECT jsonb_build_object(
        ''status'', f.status, ''timestamp'', f.timestamp, ''rows_count'', f.rows_count,
        ''columns_count'', f.columns_count, ''file_size_bytes'', f.file_size_bytes,
        ''sha256'', f.sha256, ''dialect'', f.dialect, ''error'', f.error, ''attempt'', f.attempt)';

CREATE FUNCTION check_replay() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a replay'', ''record'', ''{}'', ''{}'', is_free_to_change_history()
        OR NEW.file_id IS NULL AND NEW.previous IS NULL
        OR EXISTS (
            SELECT FROM file_metadata f
             WHERE f.id = NEW.file_id
               AND (f.bucket, f.filename, f.version_id) = (NEW.bucket, NEW.filename, NEW.version_id)
               AND CASE WHEN f.status = ''PROCESSING'' THEN NEW.previous IS NULL
                        ELSE NEW.previous @> outcome_of(f) END));
    RETURN NEW;
END';

CREATE FUNCTION keep_replaced_backup() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS '
BEGIN
    INSERT INTO replaced_backup (file_id, version_id) VALUES (OLD.id, OLD.backup_version_id);
    RETURN NEW;
END';

-- After the statement that also claims the row, and so sees what became of it.
CREATE FUNCTION check_new_attempt() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a new attempt'', ''begin'', ''{}'', ''{}'', is_free_to_change_history()
        OR EXISTS (SELECT FROM file_metadata f
                    WHERE (f.id, f.attempt) = (NEW.file_id, NEW.attempt)
                      AND f.status = ''PROCESSING'' AND f.claimed_by = NEW.request_id
                      AND f.timestamp = now()));
    RETURN NEW;
END';

-- With its row''s outcome, or with a fault''s code while the row has none.
CREATE FUNCTION check_attempt() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(
        ''attempt '' || OLD.attempt || '' at ledger row '' || OLD.file_id,
        CASE WHEN OLD.ended_at IS NULL THEN ''end'' ELSE ''none: it has ended'' END,
        TG_ARGV[0]::jsonb, changed_columns(to_jsonb(OLD), to_jsonb(NEW)),
        NEW.ended_at = now() AND EXISTS (
            SELECT FROM file_metadata f
             WHERE (f.id, f.attempt) = (NEW.file_id, NEW.attempt)
               AND CASE WHEN NEW.result IN (''SUCCESS'', ''FAILED'')
                        THEN f.status = NEW.result AND f.timestamp = now()
                        ELSE f.status = ''PROCESSING'' AND NEW.result <> ''PROCESSING'' END));
    RETURN NEW;
END';

CREATE FUNCTION check_new_notification() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a new notification'', ''commit'', ''{}'', ''{}'', is_free_to_change_history()
        OR NEW.lease_expires_at <= now() + interval ''1 day''
           AND EXISTS (SELECT FROM file_metadata f
                        WHERE (f.id, f.attempt) = (NEW.file_id, NEW.attempt)
                          AND f.status <> ''PROCESSING'' AND f.timestamp = now()));
    RETURN NEW;
END';

CREATE FUNCTION check_notification() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    changed text[] := changed_columns(to_jsonb(OLD), to_jsonb(NEW));
    step text := CASE
        WHEN OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL THEN ''send''
        WHEN OLD.sent_at IS NULL AND NEW.claimed_by <> OLD.claimed_by THEN ''take over''
        ELSE ''release'' END;
BEGIN
    IF changed = ''{}'' OR is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''notification '' || OLD.id, step, TG_ARGV[0]::jsonb, changed,
        NEW.lease_expires_at <= now() + interval ''1 day'' AND CASE step
            WHEN ''send'' THEN NEW.sent_at = now()
            WHEN ''take over'' THEN OLD.lease_expires_at <= clock_timestamp()
            ELSE TRUE END);
    RETURN NEW;
END';

CREATE FUNCTION check_pass() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''pass '' || OLD.id,
        CASE WHEN OLD.ended_at IS NOT NULL THEN ''none: it has ended''
             WHEN NEW.ended_at IS NOT NULL THEN ''end'' ELSE ''save'' END,
        TG_ARGV[0]::jsonb, changed_columns(to_jsonb(OLD), to_jsonb(NEW)),
        NEW.run IN (OLD.run, OLD.run + 1)
        -- It speaks for nothing received since it began.
        AND (NEW.complete_through IS NULL OR NEW.complete_through <= OLD.began_at)
        AND (NEW.ended_at IS NULL OR NEW.ended_at <= now() + interval ''1 minute''));
    RETURN NEW;
END';

-- file_is_final takes its place, and covers every column.
DROP TRIGGER outcome_is_final ON file_metadata;

-- forward-compatible: each of these refuses only what no version has ever done
CREATE TRIGGER new_file_has_no_outcome BEFORE INSERT ON file_metadata
    FOR EACH ROW EXECUTE FUNCTION check_new_file();

-- forward-compatible: see above
CREATE TRIGGER file_is_final BEFORE UPDATE ON file_metadata
    FOR EACH ROW EXECUTE FUNCTION check_file('{
        "take over": ["attempt", "claimed_by", "lease_expires_at", "timestamp"],
        "release": ["lease_expires_at"],
        "commit": ["status", "timestamp", "rows_count", "file_size_bytes", "columns_count", "sha256",
                   "dialect", "error", "duration_ms", "backup_version_id"],
        "replace backup": ["backup_version_id"],
        "reopen": ["status", "timestamp", "lease_expires_at", "rows_count", "columns_count",
                   "sha256", "dialect", "error", "duration_ms"]}');

-- forward-compatible: it refuses nothing
CREATE TRIGGER replaced_backup_is_kept AFTER UPDATE ON file_metadata FOR EACH ROW
    WHEN (OLD.backup_version_id IS DISTINCT FROM NEW.backup_version_id
          AND (OLD.status <> 'PROCESSING' OR OLD.backup_version_id IS NOT NULL))
    EXECUTE FUNCTION keep_replaced_backup();

-- forward-compatible: see above
CREATE TRIGGER new_attempt_has_its_claim AFTER INSERT ON file_attempt
    FOR EACH ROW EXECUTE FUNCTION check_new_attempt();

-- forward-compatible: see above
CREATE TRIGGER attempt_ends_once BEFORE UPDATE ON file_attempt
    FOR EACH ROW EXECUTE FUNCTION check_attempt('{"end": ["ended_at", "result"]}');

-- forward-compatible: see above
CREATE TRIGGER new_notification_has_its_outcome AFTER INSERT ON notification
    FOR EACH ROW EXECUTE FUNCTION check_new_notification();

-- forward-compatible: see above
CREATE TRIGGER notification_is_sent_once BEFORE UPDATE ON notification
    FOR EACH ROW EXECUTE FUNCTION check_notification('{
        "take over": ["claimed_by", "lease_expires_at"],
        "release": ["lease_expires_at"],
        "send": ["sent_at", "topic_message_id"]}');

-- forward-compatible: see above
CREATE TRIGGER replay_keeps_the_outcome AFTER INSERT ON replay
    FOR EACH ROW EXECUTE FUNCTION check_replay();

-- forward-compatible: see above
CREATE TRIGGER pass_is_final BEFORE UPDATE ON reconcile_pass
    FOR EACH ROW EXECUTE FUNCTION check_pass('{
        "save": ["run", "key_marker", "version_marker", "swept", "totals"],
        "end": ["run", "key_marker", "version_marker", "swept", "totals", "ended_at",
                "complete_through"]}');
