-- Token buckets of the limits of keys. Losing them is no harm: a bucket that is not there is full.
-- PostgreSQL need not write them to its log; the services of an SQLite file share a smaller file instead.
CREATE TABLE /* unlogged */ bucket (
    name TEXT NOT NULL PRIMARY KEY,
    full_at REAL NOT NULL,         -- seconds of the database's own clock
    granted BOOLEAN NOT NULL       -- whether the last who asked was given anything
);
