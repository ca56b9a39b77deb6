-- The sign-in log by pairs of filters that are asked for together. Any other pair is looked for among the newest rows of
-- the rarer one, so it needs no index of its own. Both in one text: SQLite, which keeps no count of values, would take the
-- index of either column instead.

CREATE INDEX sign_ins_by_application_result ON sign_ins ((application_id || ' ' || result), id);
CREATE INDEX sign_ins_by_country_result ON sign_ins ((country || ' ' || result), id);
CREATE INDEX sign_ins_by_platform_result ON sign_ins ((platform || ' ' || result), id);
