// What is looked at, as the address has it, and what the API is asked for it. A key is never in it; a budget is no secret.
import { METRICS } from "../parts/metrics.js";
import { daysOf, PERIODS, PRESETS, usualPeriod } from "./days.js";

export const BUDGET_UNIT = 1e3; // a budget is in kWh, kg and L, of which the API's Wh, g and mL are thousandths
export const GROUPS = ["model", "project", "client", "application", "environment", "country", "region", "service", "task"];
const TOGETHER = ["trace_id", "session_id"];
const BUDGETS = METRICS.map((one) => `budget_${one.key}`);
const USUAL = { days: "30", by: "project", metric: "carbon", per: "", sort: "newest", budget_per: "month" };
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text));
const oneOf = (value, values, otherwise) => (values.includes(value) ? value : otherwise);

export const fromAddress = (search) => {
  const given = new URLSearchParams(search);
  const [from, to] = [given.get("from"), given.get("to")];
  const named = isDay(from) && isDay(to) && from <= to ? { days: "", from, to } : {};
  const days = oneOf(given.get("days"), PRESETS, USUAL.days);
  return {
    days, ...daysOf(days), ...named,
    demo: given.get("demo") === "true",
    by: oneOf(given.get("by"), GROUPS, USUAL.by),
    metric: oneOf(given.get("metric"), METRICS.map((one) => one.key), USUAL.metric),
    per: oneOf(given.get("per"), PERIODS, ""),
    sort: oneOf(given.get("sort"), ["oldest", "largest"], USUAL.sort),
    budget_per: oneOf(given.get("budget_per"), ["days"], USUAL.budget_per),
    ...Object.fromEntries(BUDGETS.map((name) => [name, Number(given.get(name)) > 0 ? given.get(name) : ""])),
    only: Object.fromEntries(GROUPS.filter((name) => given.has(name)).map((name) => [name, given.get(name)])),
    together: TOGETHER.filter((name) => given.get(name)).map((name) => [name, given.get(name)])[0],
    failed: given.get("failed") === "true",
    row: given.get("row") ?? "",
  };
};

export const toAddress = (view) => {
  const kept = new URLSearchParams();
  if (view.demo) kept.set("demo", "true");
  if (!view.days) { kept.set("from", view.from); kept.set("to", view.to); } else if (view.days !== USUAL.days) kept.set("days", view.days);
  for (const name of ["by", "metric", "per", "sort", "budget_per", ...BUDGETS]) {
    if (view[name] && view[name] !== USUAL[name]) kept.set(name, view[name]);
  }
  for (const [name, value] of Object.entries(view.only)) kept.set(name, value);
  if (view.together) kept.set(...view.together);
  if (view.failed) kept.set("failed", "true");
  if (view.row) kept.set("row", view.row);
  return kept.size ? `/usage?${kept}` : "/usage";
};

export const metricOf = (view) => METRICS.find((one) => one.key === view.metric);
export const periodOf = (view) => view.per || usualPeriod(view);
export const sortOf = (view) => (view.sort === "largest" ? view.metric : view.sort);

export const whose = (view) => (view.demo ? { demo: "true" } : {});
// Filters may be empty texts: rows that did not say.
export const asked = (view) => ({ from: view.from, to: view.to, ...whose(view), ...view.only });
