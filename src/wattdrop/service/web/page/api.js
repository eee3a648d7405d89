// The public API, as any client calls it. Every number that the page shows comes from here.
const PAGE = { "x-wattdrop-page": "1" }; // the session's cookie counts beside this header only

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? String(status));
    this.status = status;
    this.code = body?.code ?? "";
    this.field = body?.details?.field ?? "";
  }
}

const call = async (path, options = {}) => {
  const headers = { ...PAGE, ...(options.body ? { "content-type": "application/json" } : {}) };
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "unreachable" });
  }
  const body = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
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
// What is stored, or made up as a demonstration. A filter may be an empty text: rows that did not say.
export const usage = (asked) => call(`/v1/usage?${new URLSearchParams(asked)}`);
export const usageRows = (asked) => call(`/v1/usage/rows?${new URLSearchParams(asked)}`);
export const usageRow = (id, asked) => call(`/v1/usage/rows/${encodeURIComponent(id)}?${new URLSearchParams({ ...asked, explain: "true" })}`);
// A file of the same. The session's cookie counts for calls of the page alone, so a plain link would not do.
export const usageFile = async (what, asked) => {
  const answer = await fetch(`/v1/${what}?${new URLSearchParams(asked)}`, { headers: PAGE });
  if (!answer.ok) throw new ApiError(answer.status, await answer.json());
  return answer.blob();
};
export const choices = () => call("/v1/choices");

export const session = {
  read: () => call("/web/session"),
  begin: (key) => call("/web/session", { method: "POST", body: JSON.stringify({ key }) }),
  end: () => call("/web/session", { method: "DELETE" }),
};
