-- One text for SQLite and PostgreSQL. Ids are UUIDv7 as text, moments milliseconds, JSON is text.
-- Every text column that is sorted, ranged or unique is COLLATE "binary": the engines must agree on order.

CREATE TABLE users (
    id TEXT COLLATE "binary" PRIMARY KEY,
    user_type TEXT NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT COLLATE "binary" NOT NULL UNIQUE,
    name TEXT,
    company TEXT,
    sort_name TEXT COLLATE "binary" NOT NULL,
    -- What lists filter by: active, pending, disabled or deleted; written with the columns it follows from.
    state TEXT COLLATE "binary" NOT NULL,
    enabled BOOLEAN NOT NULL,
    external_state TEXT,
    external_state_at BIGINT,
    creation_type TEXT NOT NULL,
    invited_by TEXT REFERENCES users (id),
    roles BIGINT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT,
    ends_at BIGINT,
    deleted_at BIGINT,
    deleted_by TEXT,
    consented_at BIGINT,
    created_at BIGINT NOT NULL,
    last_sign_in_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX users_by_name ON users (sort_name, id);
CREATE INDEX users_by_state_name ON users (state, sort_name, id);
CREATE INDEX users_by_type_name ON users (user_type, sort_name, id);
CREATE INDEX users_by_sign_in ON users (last_sign_in_at, id);
CREATE INDEX users_by_state_sign_in ON users (state, last_sign_in_at, id);
CREATE INDEX users_by_type_sign_in ON users (user_type, last_sign_in_at, id);
CREATE INDEX users_by_state ON users (state, id);
CREATE INDEX users_by_type ON users (user_type, id);
CREATE INDEX users_with_roles ON users (sort_name, id) WHERE roles <> 0;
CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_by_inviter ON users (invited_by);

CREATE TABLE user_sponsors (
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    sponsor_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    PRIMARY KEY (user_id, sponsor_id)
);
CREATE INDEX user_sponsors_by_sponsor ON user_sponsors (sponsor_id);

CREATE TABLE identities (
    issuer TEXT COLLATE "binary" NOT NULL,
    subject TEXT COLLATE "binary" NOT NULL,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- The normalized words of people, groups and applications: search is a prefix match here.
CREATE TABLE words (
    target_id TEXT COLLATE "binary" NOT NULL,
    word TEXT COLLATE "binary" NOT NULL,
    PRIMARY KEY (word, target_id)
);
CREATE INDEX words_by_target ON words (target_id);

CREATE TABLE logos (
    digest TEXT COLLATE "binary" PRIMARY KEY,
    png BYTEA NOT NULL
);

CREATE TABLE groups (
    id TEXT COLLATE "binary" PRIMARY KEY,
    name TEXT NOT NULL,
    sort_name TEXT COLLATE "binary" NOT NULL,
    description TEXT NOT NULL,
    owners_manage BOOLEAN NOT NULL,
    narrowing TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX groups_by_name ON groups (sort_name, id);

CREATE TABLE group_owners (
    group_id TEXT COLLATE "binary" NOT NULL REFERENCES groups (id),
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_owners_by_user ON group_owners (user_id);

CREATE TABLE applications (
    id TEXT COLLATE "binary" PRIMARY KEY,
    name TEXT NOT NULL,
    sort_name TEXT COLLATE "binary" NOT NULL,
    description TEXT NOT NULL,
    launch_url TEXT NOT NULL,
    publisher TEXT,
    support_contact TEXT,
    logo TEXT REFERENCES logos (digest),
    visible BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    granting_group_id TEXT COLLATE "binary" REFERENCES groups (id),
    default_days BIGINT,
    longest_days BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX applications_by_name ON applications (sort_name, id);
CREATE INDEX applications_by_group ON applications (granting_group_id);

CREATE TABLE group_assignments (
    group_id TEXT COLLATE "binary" NOT NULL REFERENCES groups (id),
    application_id TEXT COLLATE "binary" NOT NULL REFERENCES applications (id),
    assigned_by TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, application_id)
);
CREATE INDEX group_assignments_by_application ON group_assignments (application_id);

CREATE TABLE user_assignments (
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    application_id TEXT COLLATE "binary" NOT NULL REFERENCES applications (id),
    assigned_by TEXT NOT NULL,
    assigned_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, application_id)
);
CREATE INDEX user_assignments_by_application ON user_assignments (application_id);

CREATE TABLE application_uses (
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    application_id TEXT COLLATE "binary" NOT NULL REFERENCES applications (id),
    last_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, application_id)
);
CREATE INDEX application_uses_by_application ON application_uses (application_id);

CREATE TABLE invitations (
    id TEXT COLLATE "binary" PRIMARY KEY,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    address TEXT NOT NULL,
    address_key TEXT COLLATE "binary" NOT NULL,
    name TEXT,
    group_id TEXT COLLATE "binary" REFERENCES groups (id),
    -- The group's id, or "directory": the pair that has at most one pending invitation.
    target TEXT COLLATE "binary" NOT NULL,
    message TEXT,
    cc TEXT,
    language TEXT NOT NULL,
    landing TEXT REFERENCES applications (id),
    stay_days BIGINT,
    ends_at BIGINT,
    invited_by TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- pending, suspended, accepted, revoked, expired or declined.
    state TEXT COLLATE "binary" NOT NULL,
    state_at BIGINT,
    state_by TEXT,
    -- none, waiting, sent or refused.
    letter TEXT NOT NULL,
    letter_at BIGINT,
    letter_words TEXT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX invitations_one_pending ON invitations (user_id, target) WHERE state IN ('pending', 'suspended');
CREATE INDEX invitations_by_target ON invitations (target, id);
CREATE INDEX invitations_by_target_state ON invitations (target, state, id);
CREATE INDEX invitations_by_user ON invitations (user_id, id);
CREATE INDEX invitations_by_address ON invitations (address_key, state);
CREATE INDEX invitations_by_state ON invitations (state, id);
CREATE INDEX invitations_by_inviter ON invitations (invited_by, state);
CREATE INDEX invitations_due ON invitations (expires_at) WHERE state IN ('pending', 'suspended');

CREATE TABLE invitation_links (
    digest TEXT COLLATE "binary" PRIMARY KEY,
    invitation_id TEXT COLLATE "binary" NOT NULL REFERENCES invitations (id),
    minted_at BIGINT NOT NULL,
    -- A void link opens nothing, but still says what became of its invitation.
    voided_at BIGINT
);
CREATE INDEX invitation_links_by_invitation ON invitation_links (invitation_id, minted_at);

CREATE TABLE memberships (
    group_id TEXT COLLATE "binary" NOT NULL REFERENCES groups (id),
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    -- Copies of the user's, so that a list of one group walks one index.
    sort_name TEXT COLLATE "binary" NOT NULL,
    user_type TEXT COLLATE "binary" NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    held_for TEXT COLLATE "binary" REFERENCES invitations (id),
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);
CREATE INDEX memberships_by_name ON memberships (group_id, sort_name, user_id);
CREATE INDEX memberships_by_type ON memberships (group_id, user_type, sort_name, user_id);
CREATE INDEX memberships_by_end ON memberships (group_id, ends_at, user_id);
CREATE INDEX memberships_by_start ON memberships (group_id, added_at, user_id);
CREATE INDEX memberships_held ON memberships (held_for) WHERE held_for IS NOT NULL;

CREATE TABLE blocks (
    id TEXT COLLATE "binary" PRIMARY KEY,
    -- A keyed hash: the block outlives the erasure of the address.
    mailbox_hash TEXT COLLATE "binary" NOT NULL UNIQUE,
    invitation_id TEXT,
    inviter_id TEXT COLLATE "binary",
    made_at BIGINT NOT NULL,
    lifted_at BIGINT,
    lifted_by TEXT,
    lifted_why TEXT,
    -- When an administrator lifted it last: once in 90 days.
    overruled_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX blocks_by_inviter ON blocks (inviter_id, made_at);
CREATE INDEX blocks_by_time ON blocks (made_at, id);

CREATE TABLE outbox (
    id TEXT COLLATE "binary" PRIMARY KEY,
    lane TEXT COLLATE "binary" NOT NULL,
    kind TEXT NOT NULL,
    letter TEXT NOT NULL,
    -- What the letter is about, to find it from there.
    about TEXT COLLATE "binary" NOT NULL,
    -- waiting, sent, stuck (given up until an administrator retries) or dropped (nothing to send any more).
    state TEXT COLLATE "binary" NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    recipient TEXT,
    subject TEXT,
    last_words TEXT,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (lane, due_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_about ON outbox (about, id);

-- Demo mode only: what would have been sent.
CREATE TABLE mailbox (
    id TEXT COLLATE "binary" PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    plain TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE passcodes (
    id TEXT COLLATE "binary" PRIMARY KEY,
    purpose TEXT NOT NULL,
    browser TEXT COLLATE "binary" NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT COLLATE "binary" NOT NULL,
    digest TEXT,
    continuation TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    sent_at BIGINT,
    tries BIGINT NOT NULL,
    used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX passcodes_by_browser ON passcodes (browser, id);
CREATE INDEX passcodes_by_time ON passcodes (asked_at);

CREATE TABLE sessions (
    id TEXT COLLATE "binary" PRIMARY KEY,
    digest TEXT COLLATE "binary" NOT NULL UNIQUE,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    auth_time BIGINT NOT NULL,
    methods TEXT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    kept BOOLEAN NOT NULL,
    origin TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_end ON sessions (ends_at);

CREATE TABLE drafts (
    id TEXT COLLATE "binary" PRIMARY KEY,
    browser TEXT NOT NULL,
    form TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_end ON drafts (expires_at);

-- What limits count: one row a deed, with how many it stood for.
CREATE TABLE hits (
    id TEXT COLLATE "binary" PRIMARY KEY,
    bucket TEXT COLLATE "binary" NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX hits_by_bucket ON hits (bucket, at);
CREATE INDEX hits_by_time ON hits (at);

CREATE TABLE jobs (
    id TEXT COLLATE "binary" PRIMARY KEY,
    started_by TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    group_id TEXT COLLATE "binary",
    -- running, stopped or done.
    state TEXT COLLATE "binary" NOT NULL,
    input TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    counts TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX jobs_running ON jobs (state, id);
CREATE INDEX jobs_by_starter ON jobs (started_by, id);

CREATE TABLE sign_ins (
    id TEXT COLLATE "binary" PRIMARY KEY,
    at BIGINT NOT NULL,
    user_id TEXT COLLATE "binary" NOT NULL,
    user_name TEXT NOT NULL,
    -- "lobby" for Lobby itself.
    application_id TEXT COLLATE "binary" NOT NULL,
    application_name TEXT NOT NULL,
    result TEXT COLLATE "binary" NOT NULL,
    reason TEXT,
    -- The facts that access policies read, as they were: origin, groups, roles, methods, time of proof.
    facts TEXT NOT NULL,
    address TEXT,
    platform TEXT COLLATE "binary" NOT NULL,
    client TEXT NOT NULL,
    correlation_id TEXT COLLATE "binary" NOT NULL
);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id, id);
CREATE INDEX sign_ins_by_application ON sign_ins (application_id, id);
CREATE INDEX sign_ins_by_result ON sign_ins (result, id);
CREATE INDEX sign_ins_by_platform ON sign_ins (platform, id);
CREATE INDEX sign_ins_by_time ON sign_ins (at);

CREATE TABLE audit (
    id TEXT COLLATE "binary" PRIMARY KEY,
    at BIGINT NOT NULL,
    action TEXT COLLATE "binary" NOT NULL,
    actor_id TEXT COLLATE "binary" NOT NULL,
    actor_name TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT COLLATE "binary" NOT NULL,
    target_name TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    address TEXT,
    correlation_id TEXT COLLATE "binary" NOT NULL
);
CREATE INDEX audit_by_actor ON audit (actor_id, id);
CREATE INDEX audit_by_target ON audit (target_id, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_time ON audit (at);

CREATE TABLE settings (
    name TEXT COLLATE "binary" PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- An invariant over several rows bumps its guard row in the same transaction.
CREATE TABLE guards (
    name TEXT COLLATE "binary" PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE administrator_links (
    digest TEXT COLLATE "binary" PRIMARY KEY,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
