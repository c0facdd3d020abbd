-- What people have done to the service, or tried to. Rows are only added, and go when they are old.

CREATE TABLE audit (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    org     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT,             -- uid; null for somebody who did not sign in
    action  TEXT    NOT NULL, -- as webhook.create
    target  TEXT    NOT NULL, -- what it was done to; empty for nothing in particular
    outcome TEXT    NOT NULL, -- done, or the name of the error
    address TEXT    NOT NULL, -- of the client; empty if it is not known
    details TEXT    NOT NULL  -- a JSON object: what was asked for, without secrets
) STRICT;

CREATE INDEX audit_of_org ON audit (org, id);
CREATE INDEX audit_by_age ON audit (at);
