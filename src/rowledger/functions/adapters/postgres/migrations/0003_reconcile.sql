-- Passes of reconciliation: where an unfinished one stands, and what finished ones found.

CREATE TABLE reconcile_pass (
    id               SERIAL PRIMARY KEY,
    began_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    ended_at         TIMESTAMPTZ,
    -- the run that has it in hand; an earlier one can save nothing any more
    run              INTEGER NOT NULL DEFAULT 1,
    -- the last version walked past; the key is percent-encoded, as a key may hold what text may not
    key_marker       TEXT NOT NULL DEFAULT '',
    version_marker   TEXT NOT NULL DEFAULT '',
    totals           JSONB NOT NULL,
    complete_through TIMESTAMPTZ,
    CONSTRAINT only_a_finished_pass_claims
        CHECK ((ended_at IS NULL) = (complete_through IS NULL))
);

CREATE UNIQUE INDEX one_pass_at_a_time ON reconcile_pass ((true)) WHERE ended_at IS NULL;

GRANT SELECT ON reconcile_pass TO ${function_role}, ${reader_role};
GRANT INSERT ON reconcile_pass TO ${function_role};
GRANT UPDATE (ended_at, run, key_marker, version_marker, totals, complete_through)
    ON reconcile_pass TO ${function_role};
GRANT USAGE ON SEQUENCE reconcile_pass_id_seq TO ${function_role};
