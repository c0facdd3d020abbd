-- Keys by which programs act as services of an organisation. What is revoked is gone.

CREATE TABLE service_key (
    uid        TEXT    NOT NULL PRIMARY KEY,
    org        TEXT    NOT NULL REFERENCES organisation (uid),
    name       TEXT    NOT NULL, -- what administrators call it
    digest     BLOB    NOT NULL, -- SHA-256 of the secret
    start      TEXT    NOT NULL, -- first characters of the secret, to know it again by
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    expires_at INTEGER,          -- null: never
    used_at    INTEGER           -- about when it was last shown; null: never
) STRICT, WITHOUT ROWID;

CREATE INDEX service_key_of_org ON service_key (org);
