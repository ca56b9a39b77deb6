-- When the TLS certificate ends that the provider showed last: seen by Lobby, not set by anybody.
ALTER TABLE providers ADD COLUMN certificate_ends_at BIGINT;
