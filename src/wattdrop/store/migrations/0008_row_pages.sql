-- Rows a page at a time, in the order of time: the index that finds days has the rest of that order, too.
DROP INDEX ledger_day;
CREATE INDEX ledger_day ON ledger (customer_id, day, at, request_id);

-- What belongs together is found by its name, in the same order. Rows without one cost nothing here.
CREATE INDEX ledger_trace ON ledger (customer_id, trace_id, day, at, request_id) WHERE trace_id <> '';
CREATE INDEX ledger_session ON ledger (customer_id, session_id, day, at, request_id) WHERE session_id <> '';
