// What of the measurements is shown: the filters, the address that holds them, and which measurements pass.
export const GIVEN = ["batch", "latency", "hardware", "none"]; // what the estimates were told
export const FILTERS = ["task", "family", "source", "gpu"]; // fields of a measurement

const FIELDS = ["given", ...FILTERS];

export const fromAddress = () => {
  const asked = new URLSearchParams(location.search);
  const view = Object.fromEntries(FIELDS.map((name) => [name, asked.get(name) ?? ""]));
  return { ...view, given: GIVEN.includes(view.given) ? view.given : GIVEN[0] };
};

export const toAddress = (view) => {
  const kept = FIELDS.filter((name) => view[name] && view[name] !== GIVEN[0]).map((name) => [name, view[name]]);
  return kept.length > 0 ? `/accuracy?${new URLSearchParams(kept)}` : "/accuracy";
};

export const passing = (measurements, view, but) =>
  measurements.filter((one) => FILTERS.every((name) => name === but || !view[name] || one[name] === view[name]));

// What a filter offers: the values that the other filters leave, with how many measurements have each.
export const offered = (measurements, view, name) => {
  const counts = new Map();
  for (const one of passing(measurements, view, name)) counts.set(one[name], (counts.get(one[name]) ?? 0) + 1);
  if (view[name] && !counts.has(view[name])) counts.set(view[name], 0);
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
};

// How far a prediction is off, whichever way.
export const factor = (one) => Math.max(one.predicted_to_measured, 1 / one.predicted_to_measured);
export const worstFirst = (one, other) => factor(other) - factor(one);
export const isHeld = (one) => one.low_90_wh <= one.measured_wh && one.measured_wh <= one.high_90_wh;
