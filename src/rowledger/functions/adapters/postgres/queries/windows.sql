-- unfinished: Expectations of which windows are still to be evaluated, each with the last that was.
SELECT ${expectation}, ${evaluated}
  FROM expectation x
  LEFT JOIN LATERAL (SELECT * FROM evaluation
                      WHERE (source, expectation) = (x.source, x.name)
                      ORDER BY due_at DESC LIMIT 1) e ON TRUE
 WHERE x.finished_at IS NULL
 ORDER BY x.id

-- lacking: Windows that are not as expected, and for which files may have come late, at the time of
-- the latest evaluation and since. Each was looked at before that one was made.
SELECT ${expectation}, ${evaluated}
  FROM evaluation e JOIN expectation x ON x.id = e.expectation_id
 WHERE e.incident_id IS NOT NULL AND e.late_found_at IS NULL AND e.late_until >= (SELECT evaluated_at FROM evaluation ORDER BY id DESC LIMIT 1)
                        - make_interval(secs => :found_later)
 ORDER BY e.due_at, e.id

-- arrived: The files of a source that were received in a time, and count for no other window. The
-- source of a file is known with its outcome; one that is older than the expectation has none.
SELECT f.id, f.filename, f.status, f.received_at, coalesce(f.file_size_bytes, 0)
  FROM file_metadata f
 WHERE f.received_at > :after AND f.received_at <= :until
   AND f.id IN (
       SELECT id FROM file_metadata
        WHERE source = :source AND received_at > :after AND received_at <= :until
        UNION ALL
       SELECT id FROM file_metadata
        WHERE status = 'PROCESSING' AND starts_with(filename, :prefix)
        UNION ALL
       SELECT id FROM file_metadata
        WHERE source IS NULL AND status <> 'PROCESSING' AND starts_with(filename, :prefix)
          AND received_at > :after AND received_at <= least(:until, :since))
   AND NOT EXISTS (
       SELECT FROM evaluation e
        WHERE (e.source, e.expectation) = (:source, :name)
          AND e.late_until > :after AND e.id IS DISTINCT FROM CAST(:evaluation_id AS integer)
          AND (e.evidence->'files' @> to_jsonb(f.id) OR e.late_evidence->'files' @> to_jsonb(f.id)))
 ORDER BY f.received_at, f.id

-- last_arrivals: When the last good files of a source were received.
SELECT received_at FROM file_metadata
 WHERE source = :source AND received_at <= :by AND status = 'SUCCESS'
 ORDER BY received_at DESC, id DESC LIMIT :limit

-- open_incident: Open an incident of a source, unless one is open: it then takes no id.
INSERT INTO incident (source)
SELECT :source WHERE NOT EXISTS (SELECT FROM incident WHERE source = :source AND closed_at IS NULL)
ON CONFLICT DO NOTHING
RETURNING id

-- hold_incident: The open incident of a source, which nobody closes before this transaction ends.
SELECT id FROM incident WHERE source = :source AND closed_at IS NULL FOR SHARE

-- add_evaluation: Record what became of a window, unless that is recorded.
INSERT INTO evaluation (expectation_id, source, expectation, opens_at, due_at, ends_at, late_until,
                        state, evidence, completed_at, sources_version, incident_id)
VALUES (:expectation_id, :source, :name, :opens, :due, :ends, :late_until, :state,
        CAST(:evidence AS jsonb), :completed_at, :sources_version, :incident_id)
ON CONFLICT (source, expectation, due_at) DO NOTHING
RETURNING id

-- complete_late: Record what completed a window after all, unless that is recorded.
UPDATE evaluation
   SET late_completed_at = :completed_at, late_evidence = CAST(:evidence AS jsonb),
       late_found_at = now()
 WHERE id = :id AND late_found_at IS NULL
RETURNING id

-- add_message: Keep what is said of an evaluation; this request has the right to publish it.
INSERT INTO notification (evaluation_id, file_id, attempt, message_id, subject, body, attributes,
                          event, mail_wanted, alone, claimed_by, lease_expires_at)
VALUES (:evaluation_id, NULL, NULL, :message_id, :subject, :body, CAST(:attributes AS jsonb), :event,
        :mail_wanted, TRUE, :request_id, now() + make_interval(secs => :lease))
RETURNING id

-- close_incidents: Close the open incidents, of one source or of all, where the last window of each
-- expectation that is in force is as expected, or was completed.
UPDATE incident i SET closed_at = now(), closed_by = 'csv-reconciler', closed_why = :why
 WHERE i.closed_at IS NULL AND (CAST(:source AS text) IS NULL OR i.source = :source)
   AND NOT EXISTS (
       SELECT FROM expectation x
         JOIN LATERAL (SELECT * FROM evaluation
                        WHERE (source, expectation) = (x.source, x.name)
                        ORDER BY due_at DESC LIMIT 1) e ON TRUE
        WHERE x.source = i.source AND x.until IS NULL
          AND e.incident_id IS NOT NULL AND e.late_found_at IS NULL)
RETURNING i.id

-- finish: Record that no window of an expectation is left.
UPDATE expectation SET finished_at = now() WHERE id = :id AND finished_at IS NULL

-- windows_missing: How many windows of open incidents were not completed.
SELECT count(*) FROM incident i JOIN evaluation e ON e.incident_id = i.id
 WHERE i.closed_at IS NULL AND e.late_found_at IS NULL
