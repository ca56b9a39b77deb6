-- Identity providers, the identities they vouch for, partner organizations and passkeys.

CREATE TABLE providers (
    id TEXT COLLATE "binary" PRIMARY KEY,
    name TEXT NOT NULL,
    sort_name TEXT COLLATE "binary" NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- On the sign-in page for everybody, not only for its domains.
    offered BOOLEAN NOT NULL,
    -- Where it stands among those that are offered.
    position BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    -- Encrypted under the installation's key.
    client_secret TEXT NOT NULL,
    secret_ends_at BIGINT,
    -- Until when passcodes stand in for a provider that is down.
    passcode_until BIGINT,
    logo TEXT REFERENCES logos (digest),
    -- The rest, as JSON: endpoints, scopes, claim names, tenants, domains, whose word counts.
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX providers_by_name ON providers (sort_name, id);
CREATE INDEX providers_offered ON providers (position, sort_name, id) WHERE enabled AND offered;

-- The domains that a provider speaks for; a domain has at most one enabled provider.
CREATE TABLE provider_domains (
    provider_id TEXT COLLATE "binary" NOT NULL REFERENCES providers (id),
    domain TEXT COLLATE "binary" NOT NULL,
    enabled BOOLEAN NOT NULL,
    PRIMARY KEY (provider_id, domain)
);
CREATE UNIQUE INDEX provider_domains_one ON provider_domains (domain) WHERE enabled;

-- NULL for the mailbox.
ALTER TABLE identities ADD COLUMN provider_id TEXT COLLATE "binary" REFERENCES providers (id);
-- What the provider says of the person, shown and never compared.
ALTER TABLE identities ADD COLUMN address TEXT;
-- The one that redeemed: the others count as the whole sign-in only while it spoke not long ago.
ALTER TABLE identities ADD COLUMN anchor BOOLEAN NOT NULL DEFAULT FALSE;
-- When it vouched last; 0 once the provider has taken its word back.
ALTER TABLE identities ADD COLUMN spoke_at BIGINT NOT NULL DEFAULT 0;
-- The provider's session in which it spoke last.
ALTER TABLE identities ADD COLUMN provider_session TEXT COLLATE "binary";
UPDATE identities SET anchor = TRUE, spoke_at = created_at;
CREATE UNIQUE INDEX identities_one_anchor ON identities (user_id) WHERE anchor;
CREATE INDEX identities_by_session ON identities (issuer, provider_session);
CREATE INDEX identities_by_provider ON identities (provider_id, user_id);

-- The provider's word behind a session, for its logout tokens.
ALTER TABLE sessions ADD COLUMN provider_id TEXT COLLATE "binary";
ALTER TABLE sessions ADD COLUMN issuer TEXT COLLATE "binary";
ALTER TABLE sessions ADD COLUMN subject TEXT COLLATE "binary";
ALTER TABLE sessions ADD COLUMN provider_session TEXT COLLATE "binary";
CREATE INDEX sessions_by_subject ON sessions (issuer, subject);
CREATE INDEX sessions_by_provider_session ON sessions (issuer, provider_session);
CREATE INDEX sessions_by_provider ON sessions (provider_id);

-- One way to a provider and back. State, nonce and verifier are derived from the id under the installation's key.
CREATE TABLE attempts (
    id TEXT COLLATE "binary" PRIMARY KEY,
    browser TEXT COLLATE "binary" NOT NULL,
    provider_id TEXT COLLATE "binary" NOT NULL REFERENCES providers (id),
    -- sign_in, link, prove or test.
    purpose TEXT NOT NULL,
    -- Who began it, where somebody was signed in.
    user_id TEXT COLLATE "binary",
    -- JSON: where to go on, the address that was typed or invited, whether to stay signed in.
    asked TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    -- The answer was taken: once.
    used_at BIGINT,
    -- JSON: what the provider asserted, once it was checked.
    asserted TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX attempts_by_browser ON attempts (browser, id);
CREATE INDEX attempts_by_time ON attempts (started_at);

-- Logout tokens that were taken: each once.
CREATE TABLE logout_tokens (
    issuer TEXT COLLATE "binary" NOT NULL,
    token_id TEXT COLLATE "binary" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, token_id)
);
CREATE INDEX logout_tokens_by_end ON logout_tokens (expires_at);

CREATE TABLE partners (
    id TEXT COLLATE "binary" PRIMARY KEY,
    name TEXT NOT NULL,
    sort_name TEXT COLLATE "binary" NOT NULL,
    provider_id TEXT COLLATE "binary" REFERENCES providers (id),
    -- Sponsors its guests where the inviter names nobody else.
    sponsor_id TEXT COLLATE "binary" REFERENCES users (id),
    invitations_allowed BOOLEAN NOT NULL,
    notes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX partners_by_name ON partners (sort_name, id);
CREATE INDEX partners_by_provider ON partners (provider_id);
CREATE INDEX partners_by_sponsor ON partners (sponsor_id);

CREATE TABLE partner_domains (
    domain TEXT COLLATE "binary" PRIMARY KEY,
    partner_id TEXT COLLATE "binary" NOT NULL REFERENCES partners (id),
    -- How the domain is drawn, by which look-alikes are found.
    shape TEXT COLLATE "binary" NOT NULL
);
CREATE INDEX partner_domains_by_partner ON partner_domains (partner_id);
CREATE INDEX partner_domains_by_shape ON partner_domains (shape);

-- The domain of the address, and the partner organization that a guest with it belongs to; written with the address.
ALTER TABLE users ADD COLUMN domain TEXT COLLATE "binary" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN partner_id TEXT COLLATE "binary" REFERENCES partners (id);
UPDATE users SET domain = replace(address_key, rtrim(address_key, replace(address_key, '@', '')), '');
CREATE INDEX users_by_domain ON users (domain);
-- Partial: whoever is of no partner costs nothing here.
CREATE INDEX users_by_partner_name ON users (partner_id, sort_name, id) WHERE partner_id IS NOT NULL;
CREATE INDEX users_by_partner_sign_in ON users (partner_id, last_sign_in_at, id) WHERE partner_id IS NOT NULL;
CREATE INDEX users_by_partner ON users (partner_id, id) WHERE partner_id IS NOT NULL;

CREATE TABLE passkeys (
    id TEXT COLLATE "binary" PRIMARY KEY,
    -- In base64url.
    credential_id TEXT COLLATE "binary" NOT NULL UNIQUE,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- The public key with its counter and flags, as JSON.
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- NULL until it signs in or proves.
    last_used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, id);

-- A challenge that waits for its passkey; taken once.
CREATE TABLE ceremonies (
    id TEXT COLLATE "binary" PRIMARY KEY,
    browser TEXT COLLATE "binary" NOT NULL,
    -- add, sign_in or prove.
    purpose TEXT NOT NULL,
    -- Who began it, where somebody was signed in.
    user_id TEXT COLLATE "binary",
    -- The challenge, as JSON.
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_end ON ceremonies (expires_at);
