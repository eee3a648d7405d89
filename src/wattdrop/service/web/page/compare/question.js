// What is compared: work that is described once, what varies, and the candidates. The address holds all of it.
import { NOWHERE } from "../parts/offers.js";
import { fromAddress, toAddress, toRow } from "../parts/work.js";

export const KINDS = ["models", "services", "places", "hours"];
export const MOST = 24; // as many as the API takes
const METRICS = ["energy", "carbon", "water"];

// The fields of the work that a candidate of a kind fills; the form asks for the others.
export const VARIED = {
  models: ["model_id"], services: ["managed_service_id"], places: ["country", "cloud_id", "cloud_region"], hours: ["utc_datetime"],
};

export const today = () => new Date().toISOString().slice(0, 10);
export const dayOf = (work) => work.utc_datetime.slice(0, 10) || today();

const placeOf = (value) => {
  const [kind, name, region] = value.split(":");
  return kind === "region" ? { ...NOWHERE, cloud_id: name, cloud_region: region ?? "" } : { ...NOWHERE, country: name ?? "" };
};
const FILLED = {
  models: (value) => ({ model_id: value }),
  services: (value) => ({ managed_service_id: value }),
  places: placeOf,
  hours: (value, work) => ({ utc_datetime: `${dayOf(work)}T${value}:00` }),
};

const one = (allowed, value) => (allowed.includes(value) ? value : allowed[0]);

export const fromLocation = (search) => {
  const given = new URLSearchParams(search);
  return {
    work: fromAddress(search), vary: one(KINDS, given.get("vary")), metric: one(METRICS, given.get("metric")),
    chosen: [...new Set(given.getAll("with"))].filter(Boolean).slice(0, MOST),
  };
};

export const toLocation = ({ work, vary, metric, chosen }) => {
  const kept = new URLSearchParams(toAddress(work));
  kept.set("vary", vary);
  for (const value of chosen) kept.append("with", value);
  if (metric !== METRICS[0]) kept.set("metric", metric);
  return `?${kept}`;
};

// Another kind, with the model that was asked about before. A day is asked for hours only, and stands in the address.
export const varying = (kind, question) => {
  const model_id = modelOf(question);
  const utc_datetime = kind === "hours" ? `${today()}T00:00` : "";
  return { vary: kind, chosen: kind === "models" && model_id ? [model_id] : [], work: { ...question.work, model_id, utc_datetime } };
};

// The model that says what the form asks for.
export const modelOf = ({ work, vary, chosen }) => (vary === "models" ? chosen[0] ?? "" : work.model_id);

export const rowOf = ({ work, vary }, value, asked) => toRow({ ...work, ...FILLED[vary](value, work) }, asked);

// The same at another hour; of hours, whatever the candidate.
export const rowAt = ({ work, vary }, value, hour, asked) =>
  toRow({ ...work, ...FILLED[vary](value, work), utc_datetime: `${dayOf(work)}T${hour}:00` }, asked);

export const isAnswerable = (question) => question.chosen.length > 1 && modelOf(question) !== "";

export const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));

const CHAT = "input_tokens=1000&output_tokens=500";
const together = (values) => values.map((value) => `with=${encodeURIComponent(value)}`).join("&");
export const EXAMPLES = [
  { key: "models", search: `?vary=models&${together(["gpt-4o", "gpt-4o-mini", "claude_3_5_sonnet", "llama_v31_405b", "llama_v31_8b"])}&${CHAT}` },
  { key: "places", search: `?vary=places&model_id=gpt-4o&${together(["country:FR", "country:DE", "country:PL", "country:US"])}&${CHAT}&metric=carbon` },
  { key: "hours", search: `?vary=hours&model_id=gpt-4o&country=DE&utc_datetime=2025-06-15T00:00&${together(["03", "12", "19"])}&${CHAT}&metric=carbon` },
  { key: "services", search: `?vary=services&model_id=llama_v31_70b&${together(["aws-bedrock", "groq", "together"])}&${CHAT}` },
];
