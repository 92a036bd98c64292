-- unsent: Whether something of a notification is still to be sent.
(sent_at IS NULL OR event IS NOT NULL AND event_sent_at IS NULL)

-- owed: The ids of those notifications, each arm by an index of its own.
SELECT id FROM notification WHERE sent_at IS NULL
 UNION
SELECT id FROM notification WHERE event IS NOT NULL AND event_sent_at IS NULL

-- pending: The columns of a PendingNotification, but for whose right it is.
id, message_id, subject, body, attributes, event, mail_wanted,
event IS NULL OR event_sent_at IS NOT NULL AS event_sent, sent_at IS NOT NULL AS mail_sent

-- patience: How many leases the next try may take: doubled with each that ended without a word.
power(2, least(tries, 4))

-- spend: Spend one mail of the budget on a notification, if it has one left of :burst.
-- One mail takes :share seconds of it.
WITH spent AS (
    UPDATE mail_budget
       SET spent_until = greatest(spent_until, now()) + make_interval(secs => :share)
     WHERE greatest(spent_until, now()) + make_interval(secs => :share)
           <= now() + make_interval(secs => :share * :burst)
    RETURNING TRUE
)
UPDATE notification SET alone = TRUE WHERE id = :id AND EXISTS (SELECT FROM spent)
RETURNING TRUE

-- let_wait: Leave a mail to the next digest; whoever has not sent it by the lease may then try.
UPDATE notification
   SET waits_since = now(), tries = 0, lease_expires_at = now() + make_interval(secs => :lease)
 WHERE id = :id AND claimed_by = :request_id AND sent_at IS NULL AND digest_id IS NULL

-- waiting: The mails that wait for a digest, rejected files first, if one is due.
SELECT id, message_id, subject, event
  FROM notification
 WHERE waits_since IS NOT NULL AND sent_at IS NULL AND digest_id IS NULL AND NOT alone
   AND (SELECT digested_at <= now() - make_interval(secs => :pause) FROM mail_budget)
   AND EXISTS (SELECT FROM notification
                WHERE waits_since <= now() - make_interval(secs => :pause)
                  AND sent_at IS NULL AND digest_id IS NULL AND NOT alone)
 ORDER BY attributes->>'status' <> 'FAILED', id LIMIT :limit

-- begin_digest: Take the turn to make a digest, which is spent of the budget too.
UPDATE mail_budget
   SET digested_at = now(),
       spent_until = greatest(spent_until, now()) + make_interval(secs => :share)
 WHERE digested_at <= now() - make_interval(secs => :pause)
RETURNING TRUE

-- add_digest: Keep a digest, which this request has the right to publish.
INSERT INTO digest (message_id, subject, body, attributes, claimed_by, lease_expires_at)
VALUES (:message_id, :subject, :body, CAST(:attributes AS jsonb), :request_id,
        now() + make_interval(secs => :lease))
RETURNING id

-- put_into_digest: Put mails into a digest, those of them that still wait.
UPDATE notification SET digest_id = :digest_id, lease_expires_at = 'infinity'
 WHERE id = ANY(CAST(:ids AS integer[]))
   AND waits_since IS NOT NULL AND sent_at IS NULL AND digest_id IS NULL AND NOT alone
RETURNING id

-- claim_digest: Take the right to publish the oldest digest that nobody else has.
UPDATE digest
   SET claimed_by = :request_id, tries = tries + 1,
       lease_expires_at = now() + make_interval(secs => :lease * ${patience})
 WHERE id = (SELECT id FROM digest
              WHERE sent_at IS NULL
                AND (lease_expires_at <= clock_timestamp() OR claimed_by = :request_id)
              ORDER BY id LIMIT 1 FOR UPDATE)
RETURNING id, message_id, subject, body, attributes

-- mark_digest_sent: Record that a digest was sent.
UPDATE digest SET sent_at = now(), topic_message_id = :topic
 WHERE id = :id AND sent_at IS NULL
RETURNING TRUE

-- mark_members_sent: Record that of the outcomes in it.
UPDATE notification SET sent_at = now(), topic_message_id = :topic
 WHERE digest_id = :id AND sent_at IS NULL

-- release_digest: Give up the right to publish a digest, unless it is another's by now.
UPDATE digest SET lease_expires_at = now(), tries = greatest(tries - 1, 0)
 WHERE id = :id AND claimed_by = :request_id AND sent_at IS NULL

-- claim_waiting: Take the right to publish one notification that nobody has: a mail that waits (any,
-- or only one that had its share of the budget before), or what an earlier try left unsent; a
-- rejected file's first.
UPDATE notification
   SET claimed_by = :request_id, waits_since = NULL,
       tries = CASE WHEN waits_since IS NULL THEN tries + 1 ELSE 1 END,
       lease_expires_at = now() + make_interval(
           secs => :lease * CASE WHEN waits_since IS NULL THEN ${patience} ELSE 1 END)
 WHERE id = (SELECT id FROM notification
              WHERE id IN (${owed}) AND digest_id IS NULL
                AND CASE WHEN waits_since IS NULL THEN lease_expires_at <= clock_timestamp()
                         ELSE alone OR CAST(:any AS boolean) END
              ORDER BY attributes->>'status' <> 'FAILED', id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING ${pending}

-- oldest_wait: For how many seconds the oldest notification has not been sent; 0 where all are.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM notification
 WHERE id IN (${owed})
