-- Customers own keys, users, objects and ledger rows. Customer 0 owns what every customer sees.
CREATE TABLE customer (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);
INSERT INTO customer (id, name, created_at) VALUES (0, 'global', '2026-11-25T00:00:00Z');
INSERT INTO customer (id, name, created_at) VALUES (1, 'default', '2026-11-25T00:00:00Z');
INSERT INTO customer (id, name, created_at)
    SELECT customer_id, 'customer ' || CAST(customer_id AS TEXT), MIN(created_at)
    FROM api_key WHERE customer_id > 1 GROUP BY customer_id;

-- People or programs of a customer. Who is disabled has no valid key any more.
CREATE TABLE app_user (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    UNIQUE (customer_id, name)
);

-- Keys made before are kept as plain SHA-256 (keyed = 0) until they are used for the first time.
ALTER TABLE api_key ADD COLUMN keyed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN user_id INTEGER REFERENCES app_user (id);
ALTER TABLE api_key ADD COLUMN last_used_at TEXT;
ALTER TABLE api_key ADD COLUMN requests_per_s REAL;
ALTER TABLE api_key ADD COLUMN rows_per_s REAL;

-- A fingerprint of the secret that keys are hashed with, so that a host with another secret says so at its start.
CREATE TABLE key_secret (fingerprint TEXT NOT NULL PRIMARY KEY);
