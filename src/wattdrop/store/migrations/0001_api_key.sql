-- Keys are kept as SHA-256 hashes: a key has 256 random bits, so a fast hash is enough and the text is never needed again.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    shown TEXT NOT NULL,           -- the first letters, so that a person recognises it
    hash BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    revoked_at TEXT
);
