-- When a second factor was used last in a session, or a trusted partner said so.
ALTER TABLE sessions ADD COLUMN multifactor_at BIGINT;
UPDATE sessions SET multifactor_at = auth_time WHERE methods LIKE '%"passkey"%' OR methods LIKE '%"mfa"%';
