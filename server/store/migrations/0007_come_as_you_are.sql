-- When the TLS certificate ends that the provider showed last: seen by Lobby, not set by anybody.
ALTER TABLE providers ADD COLUMN certificate_ends_at BIGINT;

-- The account for which somebody asked the inviter to be invited in place of this address.
ALTER TABLE invitations ADD COLUMN wished_by TEXT COLLATE "binary" REFERENCES users (id);
