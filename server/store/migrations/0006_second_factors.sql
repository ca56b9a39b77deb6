-- Authenticator apps, recovery codes, and the passes that let somebody enrol a factor.

-- One of a person.
CREATE TABLE authenticators (
    user_id TEXT COLLATE "binary" PRIMARY KEY REFERENCES users (id),
    -- Sealed under the installation's key.
    secret TEXT NOT NULL,
    -- The session that began it: it alone is shown a secret that waits.
    session_id TEXT COLLATE "binary" NOT NULL,
    created_at BIGINT NOT NULL,
    -- NULL while it waits for its first code.
    confirmed_at BIGINT,
    -- The step of the last code that was taken: each counts once, and they grow.
    last_step BIGINT NOT NULL,
    last_used_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    digest TEXT COLLATE "binary" NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, digest)
);

CREATE TABLE enrolment_passes (
    digest TEXT COLLATE "binary" PRIMARY KEY,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    given_by TEXT COLLATE "binary" NOT NULL,
    -- Whoever holds a role wants one of an Administrator.
    by_administrator BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    -- The session that used it and may enrol a factor by it.
    session_id TEXT COLLATE "binary"
);
CREATE INDEX enrolment_passes_by_user ON enrolment_passes (user_id);
CREATE INDEX enrolment_passes_by_session ON enrolment_passes (session_id);
CREATE INDEX enrolment_passes_by_end ON enrolment_passes (expires_at);
