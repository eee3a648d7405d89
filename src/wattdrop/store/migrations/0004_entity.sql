-- Models, nodes, accelerators and datacenters that customers made (and, of customer 0, that an operator made for all).
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    kind TEXT NOT NULL,            -- model, node, gpu, datacenter
    entity_id TEXT NOT NULL,
    body TEXT NOT NULL,            -- JSON, as given
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (customer_id, kind, entity_id)
);

-- Counts every change, so that each process notices that its picture of a customer is old.
CREATE TABLE entity_revision (
    customer_id INTEGER NOT NULL PRIMARY KEY REFERENCES customer (id),
    revision INTEGER NOT NULL
);
