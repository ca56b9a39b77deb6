-- The key of the address that a letter goes to, to find the letters of one mailbox.
ALTER TABLE outbox ADD COLUMN recipient_key TEXT COLLATE "binary";
UPDATE outbox SET recipient_key = lower(recipient) WHERE recipient IS NOT NULL;
CREATE INDEX outbox_by_recipient ON outbox (recipient_key, id);
