// Every step to the numbers of a request: the formula as it ran, what went into it, and whose figure that is.
import { html } from "../html.js";
import { named, number, t } from "../text.js";
import { Cited, numbersOf } from "./sources.js";

export const precise = (value) => number(value, { maximumSignificantDigits: 4, notation: Math.abs(value) >= 1e9 || (value !== 0 && Math.abs(value) < 1e-6) ? "scientific" : "standard" });
const valued = (one) => (one.value === null ? t("none") : `${precise(one.value)}${one.unit === "1" ? "" : ` ${one.unit}`}`);

const Step = ({ step, numbers }) => html`
  <li>
    <p class="step"><code>${step.name}</code><span class="digits">${valued(step)}</span>${step.range_90 && html`<small class="digits">${t("range", { low: precise(step.range_90[0]), high: precise(step.range_90[1]), unit: "" })}</small>`}</p>
    <p class="formula"><code>${step.formula}</code></p>
    <ul class="inputs">${step.inputs.filter((one) => one.origin !== "step" && one.value !== null).map((one) => html`
      <li key=${one.name}><code>${one.name}</code> ${valued(one)}<small>${[named("basis", one.basis), one.note].filter(Boolean).join(": ")} <${Cited} ids=${one.source_ids} numbers=${numbers} /></small></li>`)}</ul>
  </li>
`;

// A step that is zero played no part in this request, nor did one on which only such steps rest.
const atWork = (steps) => {
  const asked = new Set(steps.flatMap((one) => one.inputs.filter(({ origin }) => origin === "step").map(({ name }) => name)));
  const rested = new Set();
  return steps.toReversed().filter((one) => {
    const counts = one.value !== 0 && one.value !== null && (rested.has(one.name) || !asked.has(one.name));
    if (counts) one.inputs.forEach(({ name }) => rested.add(name));
    return counts;
  }).reverse();
};

export const Steps = ({ steps, sources }) => {
  const stages = Map.groupBy(atWork(steps), (one) => one.stage);
  const numbers = numbersOf(sources);
  return html`${[...stages].map(([stage, some]) => html`
    <details key=${stage} class="stage">
      <summary>${named("usage.stage", stage)} <small>${t("usage.steps", { count: some.length })}</small></summary>
      <ol lang="en">${some.map((step) => html`<${Step} key=${step.name} step=${step} numbers=${numbers} />`)}</ol>
    </details>`)}`;
};
