-- Conditional access: policies, named locations and terms of use, each in all its versions; and what they said of whom.

CREATE TABLE access_parts (
    id TEXT COLLATE "binary" PRIMARY KEY,
    -- policy, location or terms.
    kind TEXT COLLATE "binary" NOT NULL,
    name TEXT NOT NULL,
    sort_name TEXT COLLATE "binary" NOT NULL,
    -- Of a policy: on, off or report_only; of a location: ranges, trusted or countries; of terms: empty.
    state TEXT COLLATE "binary" NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX access_parts_by_name ON access_parts (kind, sort_name);
CREATE INDEX access_parts_by_kind_name ON access_parts (kind, sort_name, id);
CREATE INDEX access_parts_by_state ON access_parts (kind, state, sort_name, id);
CREATE INDEX access_parts_by_kind ON access_parts (kind, id);

-- A set at version N is, of each part, the newest row not newer than N. NULL: deleted.
CREATE TABLE access_history (
    part_id TEXT COLLATE "binary" NOT NULL,
    set_version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (part_id, set_version)
);

-- Changes that bear on Lobby itself and wait to be confirmed; else they are taken back.
CREATE TABLE access_trials (
    part_id TEXT COLLATE "binary" PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What stood before; NULL where there was nothing.
    before TEXT,
    made_by TEXT NOT NULL,
    due_at BIGINT NOT NULL
);

CREATE TABLE terms_acceptances (
    id TEXT COLLATE "binary" PRIMARY KEY,
    terms_id TEXT COLLATE "binary" NOT NULL,
    user_id TEXT COLLATE "binary" NOT NULL REFERENCES users (id),
    terms_version BIGINT NOT NULL,
    language TEXT NOT NULL,
    accepted_at BIGINT NOT NULL
);
CREATE INDEX terms_acceptances_by_terms ON terms_acceptances (terms_id, id);
CREATE INDEX terms_acceptances_by_user ON terms_acceptances (user_id, terms_id, id);

-- The application that the last proof was used up for, where one wants a proof every time.
ALTER TABLE sessions ADD COLUMN proof_application TEXT COLLATE "binary";

ALTER TABLE sign_ins ADD COLUMN country TEXT COLLATE "binary" NOT NULL DEFAULT 'undetermined';
-- The version of the set of policies that judged; 0 where none was asked.
ALTER TABLE sign_ins ADD COLUMN set_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sign_ins_by_country ON sign_ins (country, id);

-- Only policies that applied.
CREATE TABLE sign_in_policies (
    policy_id TEXT COLLATE "binary" NOT NULL,
    sign_in_id TEXT COLLATE "binary" NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
    result TEXT COLLATE "binary" NOT NULL,
    report_only BOOLEAN NOT NULL,
    PRIMARY KEY (policy_id, sign_in_id)
);
CREATE INDEX sign_in_policies_by_sign_in ON sign_in_policies (sign_in_id);

-- Counts by calendar day of the organization's time zone (days since 1970-01-01), for charts.
CREATE TABLE sign_in_days (
    day BIGINT NOT NULL,
    result TEXT COLLATE "binary" NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (day, result)
);
CREATE TABLE policy_days (
    policy_id TEXT COLLATE "binary" NOT NULL,
    day BIGINT NOT NULL,
    result TEXT COLLATE "binary" NOT NULL,
    report_only BOOLEAN NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (policy_id, day, result, report_only)
);
