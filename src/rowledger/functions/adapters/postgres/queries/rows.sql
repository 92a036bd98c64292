-- held_until: The end of the lease while an attempt is at work, of a row f.
CASE WHEN f.status = 'PROCESSING' AND f.lease_expires_at > clock_timestamp()
     THEN f.lease_expires_at END

-- ledger_row: The columns of a LedgerRow, each under its field's name.
       f.id, f.filename, f.status, f.timestamp, f.rows_count, f.bucket, f.version_id, f.etag,
       f.received_at, f.attempt, coalesce(f.file_size_bytes, 0) AS file_size_bytes,
       f.columns_count, f.sha256, f.dialect, f.warnings, f.header_sha256, f.error, f.duration_ms,
       f.receipt_key, f.backup_key, f.source, f.sources_version, f.supersedes, f.backup_version_id,
       n.sent_at AS notified_at, ${held_until} AS held_until,
       EXISTS (SELECT FROM notification owed LEFT JOIN digest d ON d.id = owed.digest_id
                WHERE owed.file_id = f.id
                  AND (owed.sent_at IS NULL
                       OR owed.event IS NOT NULL AND owed.event_sent_at IS NULL)
                  AND coalesce(d.lease_expires_at, owed.lease_expires_at) <= clock_timestamp()
              ) AS unsent,
       n.waits_since IS NOT NULL AND n.sent_at IS NULL AS mail_waits, n.digest_id AS digest

-- ledger: Where these columns are from: each row, with the notification of its latest attempt.
file_metadata f LEFT JOIN notification n ON (n.file_id, n.attempt) = (f.id, f.attempt)

-- requests_of_pass: The ids of the requests that worked on a pass, which are kept beside its totals.
coalesce(totals->'requests', CAST('[]' AS jsonb))
