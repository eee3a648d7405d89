// The public API, as any client calls it. Every number that the page shows comes from here.
const PAGE = { "x-wattdrop-page": "1" }; // the session's cookie counts beside this header only

export class ApiError extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body?.message ?? "");
    this.status = status;
    this.code = body?.code ?? "";
    this.field = body?.details?.field ?? "";
    this.retryAfter = retryAfter; // seconds
    this.candidates = body?.details?.candidates ?? [];
  }
}

const answered = async (path, options) => {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { ...PAGE, ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "unreachable" });
  }
  if (answer.ok) return answer;
  throw new ApiError(answer.status, await answer.json().catch(() => undefined), Number(answer.headers.get("retry-after") ?? 0));
};

const sent = (path, options = {}) => answered(path, { ...options, headers: options.body ? { "content-type": "application/json" } : {} });

const call = async (path, options) => {
  const answer = await sent(path, options);
  return answer.status === 204 ? {} : answer.json();
};

// A page of a long list, and how long the whole is.
const listed = async (path, name, asked, signal) => {
  const answer = await sent(`${path}?${query(asked)}`, { signal });
  return { entries: (await answer.json())[name], count: Number(answer.headers.get("x-total-count")) };
};

const query = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined));

// One row is estimated, and not stored: somebody who tries numbers is no use of a model.
export const estimate = async (row, signal) => {
  const answer = await call("/v1/impact?ranges=true&store=false", { method: "POST", body: JSON.stringify({ rows: [row] }), signal });
  const { error } = answer.rows[0];
  if (error) throw new ApiError(200, error);
  return answer.rows[0];
};

// Several rows of which each has its numbers or its error, and the same beside each other.
export const estimates = async (rows, signal) =>
  (await call("/v1/impact?ranges=true&store=false", { method: "POST", body: JSON.stringify({ rows }), signal })).rows;
export const compare = async (rows, signal) =>
  (await call("/v1/compare", { method: "POST", body: JSON.stringify({ rows }), signal })).rows;

export const explain = async (row, signal) =>
  (await call("/v1/explain", { method: "POST", body: JSON.stringify({ rows: [row] }), signal })).rows[0];

export const equivalents = async ({ usage_energy_wh, usage_emissions_gco2e, usage_water_ml }, signal) =>
  (await call(`/v1/equivalents?${query({ usage_energy_wh, usage_emissions_gco2e, usage_water_ml })}`, { signal })).equivalents;

export const models = async (search, signal) => (await call(`/model?${query({ search, limit: 12 })}`, { signal })).models;
export const nodes = async (search, signal) => (await call(`/node?${query({ search, limit: 12 })}`, { signal })).nodes;
export const entities = (kind, asked) => call(`/v1/catalog/${kind}?${query(asked)}`);
export const entity = (kind, id) => call(`/v1/catalog/${kind}/${encodeURIComponent(id)}`);
export const gpus = async (search, signal) => (await call(`/gpu?${query({ search, limit: 12 })}`, { signal })).gpus;

// Objects that customers describe: the catalog's kinds, each under its path.
const PATHS = { models: "/model", gpus: "/gpu", nodes: "/node", datacenters: "/datacenter" };
const one = (kind, id) => `${PATHS[kind]}/${encodeURIComponent(id)}?extended=true`;
export const object = {
  read: (kind, id) => call(one(kind, id)),
  create: (kind, body) => call(`${PATHS[kind]}?extended=true`, { method: "POST", body: JSON.stringify(body) }),
  change: (kind, id, body) => call(one(kind, id), { method: "PUT", body: JSON.stringify(body) }),
  remove: (kind, id) => call(one(kind, id), { method: "DELETE" }),
};
export const accuracy = () => call("/v1/accuracy");
export const measurements = (given) => call(`/v1/accuracy/measurements?${query({ given })}`);
// What is stored, or made up as a demonstration. A filter may be an empty text: rows that did not say.
export const usage = (asked) => call(`/v1/usage?${new URLSearchParams(asked)}`);
export const usageRows = (asked) => call(`/v1/usage/rows?${new URLSearchParams(asked)}`);
export const usageRow = (id, asked) => call(`/v1/usage/rows/${encodeURIComponent(id)}?${new URLSearchParams({ ...asked, explain: "true" })}`);
// A file of the same. The session's cookie counts for calls of the page alone, so a plain link would not do.
export const usageFile = async (what, asked) => (await sent(`/v1/${what}?${new URLSearchParams(asked)}`)).blob();
export const choices = () => call("/v1/choices");
export const places = () => call("/v1/places");
export const vendored = (name) => call(import.meta.resolve(`/web/vendor/${name}`));

export const ownKey = () => call("/v1/key");
export const keys = (asked) => listed("/v1/keys", "keys", { state: "valid", order: "newest", ...asked });
export const customers = (asked, signal) => listed("/v1/customers", "customers", asked, signal);
export const users = (asked, signal) => listed("/v1/users", "users", asked, signal);
const post = (path, body) => call(path, { method: "POST", body: JSON.stringify(body) });
export const makeKey = (terms) => post("/v1/keys", terms);
export const makeCustomer = (name) => post("/v1/customers", { name });
export const makeUser = (terms) => post("/v1/users", terms);
export const revokeKey = (id) => call(`/v1/keys/${id}`, { method: "DELETE" });
export const disableUser = (id) => call(`/v1/users/${id}`, { method: "DELETE" });

// Which columns a file may have, and how one with given columns is read: guessed where nothing is said of it.
export const columns = () => call("/v1/columns");
export const mapping = (given, signal) => call("/v1/columns", { method: "POST", body: JSON.stringify(given), signal });

// Lines of a file. Answers one for each, and what they add up to: `part`, for `totals`.
export const stream = async (lines, { preset, map, store }, name) => {
  const asked = new URLSearchParams({ totals: "model", store: String(store) });
  if (preset) asked.set("preset", preset);
  for (const [field, column] of Object.entries(map)) asked.append("map", `${field}=${column}`);
  const headers = { "content-type": "application/x-ndjson", ...(name ? { "idempotency-key": name } : {}) };
  const answer = await answered(`/v1/impact/bulk?${asked}`, { method: "POST", body: lines, headers });
  const rows = await answer.text().then(
    (text) => text.trimEnd().split("\n").map((line) => JSON.parse(line)),
    () => { throw new ApiError(0, { code: "unreachable" }); }, // it broke off
  );
  const last = rows.pop();
  if (!last?.part) throw new ApiError(last?.error ? 503 : 0, last?.error ?? { code: "unreachable" });
  return { rows, part: last.part };
};
export const totals = (parts) => call("/v1/impact/totals", { method: "POST", body: JSON.stringify({ parts }) });

export const session = {
  read: () => call("/web/session"),
  begin: (given) => call("/web/session", { method: "POST", body: JSON.stringify(given) }), // a key, or the code of a link
  end: () => call("/web/session", { method: "DELETE" }),
};
