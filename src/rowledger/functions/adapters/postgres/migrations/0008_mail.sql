-- Mail that survives a burst: an event for programs beside each mail, a budget of mails that all
-- functions share, and digests of the outcomes beyond it.

-- One digest announces many outcomes. The columns are those of a notification.
CREATE TABLE digest (
    id               INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id       TEXT NOT NULL UNIQUE,
    subject          TEXT NOT NULL,
    body             TEXT NOT NULL,
    attributes       JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL DEFAULT now(),
    claimed_by       TEXT NOT NULL,
    lease_expires_at TIMESTAMPTZ NOT NULL,
    tries            INTEGER NOT NULL DEFAULT 1,
    sent_at          TIMESTAMPTZ,
    topic_message_id TEXT
);
CREATE INDEX digest_unsent ON digest (id) WHERE sent_at IS NULL;

-- The one row of the budget. spent_until: until when the mails that were sent use it up; each moves
-- it on by its share of a minute. digested_at: when a digest was last made.
CREATE TABLE mail_budget (
    only_row    BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    spent_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
    digested_at TIMESTAMPTZ NOT NULL DEFAULT '-infinity'
);
INSERT INTO mail_budget DEFAULT VALUES;

-- sent_at says since then when an outcome is announced to people: by its own mail, by its digest, or,
-- where no mail is wanted, with its event. An earlier version never takes a row that waits in a
-- digest: its lease has no end.
ALTER TABLE notification
    -- the event for programs, as JSON; NULL for outcomes that are older than this column
    ADD COLUMN event            TEXT,
    ADD COLUMN mail_wanted      BOOLEAN NOT NULL DEFAULT TRUE,
    ADD COLUMN event_sent_at    TIMESTAMPTZ,
    ADD COLUMN event_message_id TEXT,
    -- how often somebody took the right to publish and nothing is known of what became of it
    ADD COLUMN tries            INTEGER NOT NULL DEFAULT 1,
    -- whether it has had its share of the budget: a mail that may have been sent is in no digest
    ADD COLUMN alone            BOOLEAN NOT NULL DEFAULT FALSE,
    -- since when its mail waits for the budget or a digest
    ADD COLUMN waits_since      TIMESTAMPTZ,
    ADD COLUMN digest_id        INTEGER REFERENCES digest (id);
CREATE INDEX notification_waiting ON notification (waits_since)
    WHERE waits_since IS NOT NULL AND sent_at IS NULL AND digest_id IS NULL;
CREATE INDEX notification_digest ON notification (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX notification_event_unsent ON notification (id)
    WHERE event IS NOT NULL AND event_sent_at IS NULL;

GRANT INSERT (event, mail_wanted) ON notification TO ${function_role};
GRANT UPDATE (event_sent_at, event_message_id, tries, alone, waits_since, digest_id)
    ON notification TO ${function_role};
GRANT SELECT ON digest, mail_budget TO ${function_role}, ${reader_role}, ${operator_role};
GRANT INSERT (message_id, subject, body, attributes, claimed_by, lease_expires_at)
    ON digest TO ${function_role};
GRANT UPDATE (claimed_by, lease_expires_at, tries, sent_at, topic_message_id)
    ON digest TO ${function_role};
GRANT UPDATE (spent_until, digested_at) ON mail_budget TO ${function_role};

-- forward-compatible: every step of the version before is one of these, with the same rule
CREATE OR REPLACE FUNCTION check_notification() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    changed text[] := changed_columns(to_jsonb(OLD), to_jsonb(NEW));
    step text := CASE
        WHEN OLD.event_sent_at IS NULL AND NEW.event_sent_at IS NOT NULL THEN ''send event''
        WHEN OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL THEN ''send''
        WHEN OLD.digest_id IS NULL AND NEW.digest_id IS NOT NULL THEN ''digest''
        WHEN NEW.alone AND NOT OLD.alone THEN ''spend''
        WHEN OLD.waits_since IS NULL AND NEW.waits_since IS NOT NULL THEN ''wait''
        WHEN OLD.sent_at IS NULL AND NEW.claimed_by <> OLD.claimed_by THEN ''take over''
        ELSE ''release'' END;
BEGIN
    IF changed = ''{}'' OR is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''notification '' || OLD.id, step, TG_ARGV[0]::jsonb, changed,
        (NEW.digest_id IS NOT NULL OR NEW.lease_expires_at <= now() + interval ''1 day'')
        AND CASE step
            WHEN ''send event'' THEN
                NEW.event_sent_at = now() AND OLD.event IS NOT NULL
                AND (NEW.sent_at IS NOT DISTINCT FROM OLD.sent_at
                     OR NEW.sent_at = now() AND NOT OLD.mail_wanted)
            WHEN ''send'' THEN
                NEW.sent_at = now() AND (OLD.digest_id IS NULL OR EXISTS (
                    SELECT FROM digest d WHERE d.id = OLD.digest_id AND d.sent_at = now()
                       AND d.topic_message_id = NEW.topic_message_id))
            -- The digest is of the same transaction.
            WHEN ''digest'' THEN
                OLD.waits_since IS NOT NULL AND OLD.sent_at IS NULL AND NOT OLD.alone
                AND EXISTS (SELECT FROM digest d
                             WHERE d.id = NEW.digest_id AND d.created_at = now())
            WHEN ''spend'' THEN
                OLD.sent_at IS NULL AND OLD.digest_id IS NULL AND OLD.waits_since IS NULL
            WHEN ''wait'' THEN
                NEW.waits_since = now() AND OLD.sent_at IS NULL AND OLD.digest_id IS NULL
            WHEN ''take over'' THEN
                OLD.digest_id IS NULL
                AND (OLD.lease_expires_at <= clock_timestamp() OR OLD.waits_since IS NOT NULL)
            ELSE OLD.digest_id IS NULL END);
    RETURN NEW;
END';

-- forward-compatible: see above
CREATE OR REPLACE TRIGGER notification_is_sent_once BEFORE UPDATE ON notification
    FOR EACH ROW EXECUTE FUNCTION check_notification('{
        "take over": ["claimed_by", "lease_expires_at", "tries", "waits_since"],
        "release": ["lease_expires_at", "tries", "waits_since"],
        "wait": ["lease_expires_at", "tries", "waits_since"],
        "spend": ["alone"],
        "digest": ["digest_id", "lease_expires_at"],
        "send event": ["event_sent_at", "event_message_id", "sent_at"],
        "send": ["sent_at", "topic_message_id"]}');

CREATE FUNCTION check_new_digest() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a new digest'', ''make'', ''{}'', ''{}'', is_free_to_change_history()
        OR NEW.lease_expires_at <= now() + interval ''1 day''
           AND EXISTS (SELECT FROM mail_budget WHERE digested_at = now()));
    RETURN NEW;
END';

CREATE FUNCTION check_digest() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    step text := CASE
        WHEN OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL THEN ''send''
        WHEN OLD.sent_at IS NULL AND NEW.claimed_by <> OLD.claimed_by THEN ''take over''
        ELSE ''release'' END;
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''digest '' || OLD.id, step, TG_ARGV[0]::jsonb,
        changed_columns(to_jsonb(OLD), to_jsonb(NEW)),
        NEW.lease_expires_at <= now() + interval ''1 day'' AND CASE step
            WHEN ''send'' THEN NEW.sent_at = now()
            WHEN ''take over'' THEN OLD.lease_expires_at <= clock_timestamp()
            ELSE TRUE END);
    RETURN NEW;
END';

-- It only moves on, and a digest is made at the present time.
CREATE FUNCTION check_mail_budget() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''the budget of mails'', ''spend'', TG_ARGV[0]::jsonb,
        changed_columns(to_jsonb(OLD), to_jsonb(NEW)), is_free_to_change_history()
        OR NEW.spent_until >= OLD.spent_until
           AND NEW.spent_until <= now() + interval ''1 day''
           AND NEW.digested_at IN (OLD.digested_at, now()));
    RETURN NEW;
END';

CREATE TRIGGER new_digest_has_its_turn BEFORE INSERT ON digest
    FOR EACH ROW EXECUTE FUNCTION check_new_digest();
CREATE TRIGGER digest_is_sent_once BEFORE UPDATE ON digest
    FOR EACH ROW EXECUTE FUNCTION check_digest('{
        "take over": ["claimed_by", "lease_expires_at", "tries"],
        "release": ["lease_expires_at", "tries"],
        "send": ["sent_at", "topic_message_id"]}');
CREATE TRIGGER mail_budget_is_spent BEFORE UPDATE ON mail_budget
    FOR EACH ROW EXECUTE FUNCTION check_mail_budget('{"spend": ["spent_until", "digested_at"]}');
