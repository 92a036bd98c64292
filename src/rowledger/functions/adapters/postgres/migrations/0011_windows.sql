-- Which files are due when, what became of each window, and who knows of what is missing.

-- An expectation as it stood for some time. What is due before `until` is judged by it, though it may be
-- evaluated later. Only a trigger adds one, and ends it.
CREATE TABLE expectation (
    id              INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source          TEXT NOT NULL,
    name            TEXT NOT NULL,
    -- whose files: names.match of the source is NULL for every name
    prefix          TEXT NOT NULL,
    match           JSONB,
    document        JSONB NOT NULL,
    -- the days of its calendar, on which nothing is due
    free_days       JSONB NOT NULL,
    sources_version INTEGER NOT NULL REFERENCES sources_version (id),
    since           TIMESTAMPTZ NOT NULL,
    -- NULL while it is in force
    until           TIMESTAMPTZ,
    -- when the last window that was due before `until` had its evaluation
    finished_at     TIMESTAMPTZ
);
CREATE UNIQUE INDEX one_expectation_in_force ON expectation (source, name) WHERE until IS NULL;
CREATE INDEX expectation_unfinished ON expectation (id) WHERE finished_at IS NULL;

-- That something is not as expected: from the first such window until all is well again, or somebody
-- says so.
CREATE TABLE incident (
    id                    INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source                TEXT NOT NULL,
    opened_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
    acknowledged_at       TIMESTAMPTZ,
    acknowledged_by       TEXT,
    -- the ARN that AWS knows them by, as they say
    acknowledged_identity TEXT,
    acknowledged_why      TEXT,
    closed_at             TIMESTAMPTZ,
    closed_by             TEXT,
    closed_identity       TEXT,
    closed_why            TEXT
);
CREATE UNIQUE INDEX one_open_incident_per_source ON incident (source) WHERE closed_at IS NULL;
CREATE INDEX incident_source ON incident (source, id);

-- One row a window, for ever. A file that comes late is said in columns of its own, once.
CREATE TABLE evaluation (
    id                INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    expectation_id    INTEGER NOT NULL REFERENCES expectation (id),
    source            TEXT NOT NULL,
    expectation       TEXT NOT NULL,
    opens_at          TIMESTAMPTZ NOT NULL,
    due_at            TIMESTAMPTZ NOT NULL,
    ends_at           TIMESTAMPTZ NOT NULL,
    late_until        TIMESTAMPTZ NOT NULL,
    state             TEXT NOT NULL
        CHECK (state IN ('ON_TIME', 'LATE', 'INCOMPLETE', 'INVALID', 'MISSING')),
    evidence          JSONB NOT NULL,
    completed_at      TIMESTAMPTZ,
    sources_version   INTEGER NOT NULL REFERENCES sources_version (id),
    evaluated_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
    incident_id       INTEGER REFERENCES incident (id),
    -- what completed it after all
    late_completed_at TIMESTAMPTZ,
    late_evidence     JSONB,
    late_found_at     TIMESTAMPTZ,
    CONSTRAINT one_evaluation_per_window UNIQUE (source, expectation, due_at),
    CONSTRAINT an_incident_where_not_as_expected
        CHECK ((incident_id IS NULL) = (state IN ('ON_TIME', 'LATE'))),
    CONSTRAINT late_as_a_whole
        CHECK (num_nonnulls(late_completed_at, late_evidence, late_found_at) IN (0, 3))
);
CREATE INDEX evaluation_due ON evaluation (due_at, id);
CREATE INDEX evaluation_lacking ON evaluation (late_until)
    WHERE incident_id IS NOT NULL AND late_found_at IS NULL;
CREATE INDEX evaluation_incident ON evaluation (incident_id) WHERE incident_id IS NOT NULL;

-- A notification is of an outcome or of an evaluation. An earlier version sends both: it takes from
-- the row what is to be published. It never puts one of an evaluation into a digest: that is `alone`
-- from the beginning.
ALTER TABLE notification
    ADD COLUMN evaluation_id INTEGER REFERENCES evaluation (id),
    ALTER COLUMN file_id DROP NOT NULL,
    ALTER COLUMN attempt DROP NOT NULL,
    -- forward-compatible: every notification of an earlier version is of a file
    ADD CONSTRAINT notification_of_one_thing CHECK (num_nonnulls(file_id, evaluation_id) = 1),
    -- forward-compatible: see above
    ADD CONSTRAINT attempt_of_a_file CHECK ((attempt IS NULL) = (file_id IS NULL));
CREATE INDEX notification_evaluation ON notification (evaluation_id) WHERE evaluation_id IS NOT NULL;

GRANT SELECT ON expectation, incident, evaluation
    TO ${function_role}, ${reader_role}, ${operator_role};
GRANT UPDATE (finished_at) ON expectation TO ${function_role};
GRANT INSERT (expectation_id, source, expectation, opens_at, due_at, ends_at, late_until, state, evidence,
              completed_at, sources_version, incident_id)
    ON evaluation TO ${function_role};
GRANT UPDATE (late_completed_at, late_evidence, late_found_at) ON evaluation TO ${function_role};
GRANT INSERT (source) ON incident TO ${function_role};
GRANT UPDATE (closed_at, closed_by, closed_why) ON incident TO ${function_role};
GRANT UPDATE (acknowledged_at, acknowledged_by, acknowledged_identity, acknowledged_why,
              closed_at, closed_by, closed_identity, closed_why)
    ON incident TO ${operator_role};
GRANT INSERT (evaluation_id, alone) ON notification TO ${function_role};

CREATE FUNCTION expectations_in(whole jsonb) RETURNS TABLE (
    source text, name text, prefix text, match jsonb, told jsonb, free_days jsonb)
LANGUAGE sql IMMUTABLE AS '
    SELECT s->>''name'', e->>''name'', s->>''prefix'', s#>''{names,match}'', e,
           coalesce((SELECT c->''dates'' FROM jsonb_array_elements(whole->''calendars'') c
                      WHERE c->>''name'' = e->>''calendar''), ''[]'')
      FROM jsonb_array_elements(whole->''sources'') s, jsonb_array_elements(s->''expectations'') e';

-- With a version of the sources: what changed ends at its time, and the next begins at the same.
CREATE FUNCTION put_expectations_into_force() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS '
BEGIN
    UPDATE expectation x SET until = NEW.applied_at
     WHERE until IS NULL AND NOT EXISTS (
           SELECT FROM expectations_in(NEW.document) t
            WHERE (t.source, t.name, t.prefix, t.told, t.free_days)
                = (x.source, x.name, x.prefix, x.document, x.free_days)
              AND t.match IS NOT DISTINCT FROM x.match);
    INSERT INTO expectation (source, name, prefix, match, document, free_days, sources_version, since)
    SELECT t.*, NEW.id, NEW.applied_at FROM expectations_in(NEW.document) t
     WHERE NOT EXISTS (SELECT FROM expectation x WHERE x.until IS NULL
                          AND (x.source, x.name) = (t.source, t.name));
    RETURN NEW;
END';

CREATE TRIGGER sources_version_has_its_expectations AFTER INSERT ON sources_version
    -- forward-compatible: it refuses nothing
    FOR EACH ROW EXECUTE FUNCTION put_expectations_into_force();

CREATE FUNCTION check_expectation() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''expectation '' || OLD.id, ''finish'', TG_ARGV[0]::jsonb,
        changed_columns(to_jsonb(OLD), to_jsonb(NEW)),
        OLD.finished_at IS NULL AND NEW.finished_at = now() AND OLD.until <= now());
    RETURN NEW;
END';

CREATE FUNCTION check_new_evaluation() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a new evaluation'', ''record'', ''{}'', ''{}'', is_free_to_change_history()
        OR NEW.ends_at < now() AND NEW.due_at <= NEW.ends_at AND NEW.ends_at <= NEW.late_until
           AND EXISTS (SELECT FROM expectation x
                        WHERE (x.id, x.source, x.name)
                            = (NEW.expectation_id, NEW.source, NEW.expectation)
                          AND NEW.due_at >= x.since AND (x.until IS NULL OR NEW.due_at < x.until)
                          AND x.sources_version = NEW.sources_version)
           AND (NEW.incident_id IS NULL
                OR EXISTS (SELECT FROM incident i WHERE i.id = NEW.incident_id
                              AND i.source = NEW.source AND i.closed_at IS NULL)));
    RETURN NEW;
END';

CREATE FUNCTION check_evaluation() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''evaluation '' || OLD.id,
        CASE WHEN OLD.late_found_at IS NULL THEN ''complete late''
             ELSE ''none: it is complete'' END,
        TG_ARGV[0]::jsonb, changed_columns(to_jsonb(OLD), to_jsonb(NEW)),
        NEW.late_found_at = now() AND OLD.incident_id IS NOT NULL);
    RETURN NEW;
END';

CREATE FUNCTION check_incident() RETURNS trigger LANGUAGE plpgsql AS '
DECLARE
    step text := CASE
        WHEN OLD.closed_at IS NOT NULL THEN ''none: it is closed''
        WHEN NEW.closed_at IS NOT NULL THEN ''close''
        ELSE ''acknowledge'' END;
BEGIN
    IF is_free_to_change_history() THEN
        RETURN NEW;
    END IF;
    PERFORM check_step(''incident '' || OLD.id, step, TG_ARGV[0]::jsonb,
        changed_columns(to_jsonb(OLD), to_jsonb(NEW)), CASE step
            WHEN ''close'' THEN
                NEW.closed_at = now() AND num_nonnulls(NEW.closed_by, NEW.closed_why) = 2
            WHEN ''acknowledge'' THEN
                may_act_as(''operator'') AND OLD.acknowledged_at IS NULL
                AND NEW.acknowledged_at = now()
                AND num_nonnulls(NEW.acknowledged_by, NEW.acknowledged_why) = 2
            END);
    RETURN NEW;
END';

CREATE TRIGGER expectation_is_finished_once BEFORE UPDATE ON expectation
    FOR EACH ROW EXECUTE FUNCTION check_expectation('{"finish": ["finished_at"]}');
CREATE TRIGGER new_evaluation_has_its_window BEFORE INSERT ON evaluation
    FOR EACH ROW EXECUTE FUNCTION check_new_evaluation();
CREATE TRIGGER evaluation_is_final BEFORE UPDATE ON evaluation
    FOR EACH ROW EXECUTE FUNCTION check_evaluation(
        '{"complete late": ["late_completed_at", "late_evidence", "late_found_at"]}');
CREATE TRIGGER incident_is_closed_once BEFORE UPDATE ON incident
    FOR EACH ROW EXECUTE FUNCTION check_incident('{
        "acknowledge": ["acknowledged_at", "acknowledged_by", "acknowledged_identity",
                        "acknowledged_why"],
        "close": ["closed_at", "closed_by", "closed_identity", "closed_why"]}');

-- forward-compatible: what an earlier version inserts is of a file and not alone
CREATE OR REPLACE FUNCTION check_new_notification() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    PERFORM check_step(''a new notification'', ''commit'', ''{}'', ''{}'', is_free_to_change_history()
        OR NEW.lease_expires_at <= now() + interval ''1 day''
           AND NEW.alone = (NEW.evaluation_id IS NOT NULL)
           AND (EXISTS (SELECT FROM file_metadata f
                         WHERE (f.id, f.attempt) = (NEW.file_id, NEW.attempt)
                           AND f.status <> ''PROCESSING'' AND f.timestamp = now())
                OR EXISTS (SELECT FROM evaluation e
                            WHERE e.id = NEW.evaluation_id
                              AND now() IN (e.evaluated_at, e.late_found_at))));
    RETURN NEW;
END';
