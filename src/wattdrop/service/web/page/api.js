// The public API, as any client calls it. Every number that the page shows comes from here.
const PAGE = { "x-wattdrop-page": "1" }; // the session's cookie counts beside this header only

export class ApiError extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body?.message ?? String(status));
    this.status = status;
    this.code = body?.code ?? "";
    this.field = body?.details?.field ?? "";
    this.retryAfter = retryAfter; // seconds
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

const call = async (path, options = {}) => {
  const answer = await answered(path, { ...options, headers: options.body ? { "content-type": "application/json" } : {} });
  return answer.status === 204 ? {} : answer.json();
};

const query = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== "" && value !== undefined));

// One row is estimated, and not stored: somebody who tries numbers is no use of a model.
export const estimate = async (row, signal) => {
  const answer = await call("/v1/impact?ranges=true&store=false", { method: "POST", body: JSON.stringify({ rows: [row] }), signal });
  const { error } = answer.rows[0];
  if (error) throw new ApiError(200, error);
  return answer.rows[0];
};

export const explain = async (row, signal) =>
  (await call("/v1/explain", { method: "POST", body: JSON.stringify({ rows: [row] }), signal })).rows[0];

export const equivalents = async ({ usage_energy_wh, usage_emissions_gco2e, usage_water_ml }, signal) =>
  (await call(`/v1/equivalents?${query({ usage_energy_wh, usage_emissions_gco2e, usage_water_ml })}`, { signal })).equivalents;

export const models = async (search, signal) => (await call(`/model?${query({ search, limit: 12 })}`, { signal })).models;
export const nodes = async (search, signal) => (await call(`/node?${query({ search, limit: 12 })}`, { signal })).nodes;
export const entities = (kind, asked) => call(`/v1/catalog/${kind}?${query(asked)}`);
export const entity = (kind, id) => call(`/v1/catalog/${kind}/${encodeURIComponent(id)}`);
export const choices = () => call("/v1/choices");

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
