-- windows: Windows that have their evaluation, of a time and perhaps of a source.
SELECT e.id, e.source, e.expectation, coalesce(x.document->>'timeZone', 'UTC') AS time_zone,
       e.opens_at, e.due_at, e.ends_at, e.state, e.evidence, e.completed_at, e.evaluated_at,
       e.incident_id, e.late_completed_at, e.late_evidence
  FROM evaluation e JOIN expectation x ON x.id = e.expectation_id
 WHERE e.due_at >= :since AND e.due_at < :until
   AND (CAST(:source AS text) IS NULL OR e.source = :source)
 ORDER BY e.due_at, e.source, e.expectation LIMIT :limit

-- expectations: Those in force, each with the latest files since its last window that is evaluated.
SELECT ${expectation},
       (SELECT coalesce(json_agg(json_build_object(
                   'id', f.id, 'key', f.filename, 'status', f.status,
                   'received_at', f.received_at, 'size_bytes', f.file_size_bytes)), '[]')
          FROM (SELECT * FROM file_metadata
                 WHERE source = x.source
                   AND received_at > coalesce(last.ends_at, x.since - interval '31 days')
                 ORDER BY received_at DESC, id DESC LIMIT :most) f) AS arrived
  FROM expectation x
  LEFT JOIN LATERAL (SELECT ends_at FROM evaluation
                      WHERE (source, expectation) = (x.source, x.name)
                      ORDER BY due_at DESC LIMIT 1) last ON TRUE
 WHERE x.until IS NULL AND (CAST(:source AS text) IS NULL OR x.source = :source)
 ORDER BY x.source, x.name LIMIT :limit

-- incident: The columns of an IncidentLine.
       i.id, i.source, i.opened_at, i.acknowledged_at, i.acknowledged_by, i.acknowledged_why,
       i.closed_at, i.closed_by, i.closed_why,
       (SELECT max(n.sent_at) FROM evaluation e JOIN notification n ON n.evaluation_id = e.id
         WHERE e.incident_id = i.id AND n.mail_wanted) AS told_at,
       (SELECT count(*) FROM evaluation WHERE incident_id = i.id) AS windows,
       (SELECT count(*) FROM evaluation
         WHERE incident_id = i.id AND late_found_at IS NULL) AS lacking,
       (SELECT min(due_at) FROM evaluation WHERE incident_id = i.id) AS first_due_at,
       (SELECT max(due_at) FROM evaluation WHERE incident_id = i.id) AS last_due_at

-- incidents: The latest incidents, or those of them that are open.
SELECT ${incident}
  FROM incident i
 WHERE (i.closed_at IS NULL OR :closed) AND (CAST(:source AS text) IS NULL OR i.source = :source)
 ORDER BY i.id DESC LIMIT :limit

-- one_incident: One of them.
SELECT ${incident} FROM incident i WHERE i.id = :id

-- acknowledge: Record that somebody sees to an incident, unless that is recorded.
UPDATE incident SET acknowledged_at = now(), acknowledged_by = :by, acknowledged_identity = :identity,
                    acknowledged_why = :why
 WHERE id = :id AND closed_at IS NULL AND acknowledged_at IS NULL
RETURNING id

-- close: Close an incident, unless it is closed.
UPDATE incident SET closed_at = now(), closed_by = :by, closed_identity = :identity, closed_why = :why
 WHERE id = :id AND closed_at IS NULL
RETURNING id
