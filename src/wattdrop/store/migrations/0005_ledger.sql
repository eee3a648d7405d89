-- What was answered, row by row. The same request_id of a customer is kept once: what is sent again changes nothing.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    key_id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    at TEXT NOT NULL,                 -- when the inference ran; when it was recorded, where the row does not say
    day TEXT NOT NULL,
    client_id TEXT NOT NULL,          -- '' stands for not given, here and below
    project_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    integration_source TEXT NOT NULL,
    model_id TEXT NOT NULL,           -- resolved entities, from here to task; '' in rows with an error
    node_id TEXT NOT NULL,
    gpu_id TEXT NOT NULL,
    service_id TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT NOT NULL,             -- grid zone
    task TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost REAL,
    currency TEXT NOT NULL,
    error TEXT NOT NULL,              -- code; '' where the row was computed
    usage_energy_wh REAL,
    usage_energy_wh_low REAL,         -- ends of 90 % ranges
    usage_energy_wh_high REAL,
    usage_emissions_gco2e REAL,
    usage_emissions_gco2e_low REAL,
    usage_emissions_gco2e_high REAL,
    usage_water_ml REAL,
    usage_water_ml_low REAL,
    usage_water_ml_high REAL,
    embodied_emissions_gco2e REAL,
    embodied_emissions_gco2e_low REAL,
    embodied_emissions_gco2e_high REAL,
    embodied_water_ml REAL,
    embodied_water_ml_low REAL,
    embodied_water_ml_high REAL,
    basis TEXT NOT NULL,              -- JSON: intermediate quantities, which tell why a recomputed row moved
    request TEXT NOT NULL,            -- JSON: the row as it was read
    method_version TEXT NOT NULL,
    catalog_digest TEXT NOT NULL,
    UNIQUE (customer_id, request_id)
);
CREATE INDEX ledger_day ON ledger (customer_id, day);

-- Sums of ledger rows that agree in everything that usage is asked by.
CREATE TABLE usage_sum (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    day TEXT NOT NULL,
    digest TEXT NOT NULL,             -- of the columns from client_id to currency
    client_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    model_id TEXT NOT NULL,
    service_id TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT NOT NULL,
    task TEXT NOT NULL,
    currency TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    error_count INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost REAL NOT NULL,
    usage_energy_wh REAL NOT NULL,
    usage_emissions_gco2e REAL NOT NULL,
    usage_water_ml REAL NOT NULL,
    embodied_emissions_gco2e REAL NOT NULL,
    embodied_water_ml REAL NOT NULL,
    parts BLOB,                       -- parts of the error: see usage.py
    UNIQUE (customer_id, day, digest)
);

-- Names of parts of the error, numbered so that sums stay small.
CREATE TABLE usage_cause (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
