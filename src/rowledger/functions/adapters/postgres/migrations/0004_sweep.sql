-- After its walk a pass sweeps up the rows that nobody is at work on, in as many runs as it takes.

-- the last of these rows that was looked at; NULL while the pass still walks
ALTER TABLE reconcile_pass ADD COLUMN swept BIGINT;

GRANT UPDATE (swept) ON reconcile_pass TO ${function_role};
