-- Rows of a sampled ledger stand for as many as their weight; sums count what they stand for, and how many were kept.
ALTER TABLE ledger ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;
ALTER TABLE usage_sum ADD COLUMN kept_count INTEGER NOT NULL DEFAULT 0;
UPDATE usage_sum SET kept_count = row_count;

-- Files that hold rows of the ledger instead of the table: what is not listed here is no part of it.
CREATE TABLE ledger_segment (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    first_recorded_at TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    replaced_at TEXT NOT NULL          -- '' while it counts; its rows are in another file since, which readers may not know
);
CREATE INDEX ledger_segment_customer ON ledger_segment (customer_id, replaced_at);

-- Names of rows and requests that are in such files, for some days: what is sent again changes nothing.
CREATE TABLE ledger_name (
    customer_id INTEGER NOT NULL,
    name TEXT NOT NULL,                -- a hash
    day TEXT NOT NULL,                 -- when it was added
    PRIMARY KEY (customer_id, name)
);
CREATE INDEX ledger_name_day ON ledger_name (day);
