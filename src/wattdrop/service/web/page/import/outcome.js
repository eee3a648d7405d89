// What came of it: totals as the API adds them up, the models that need most, the lines that failed, and files to take along.
import { html } from "../html.js";
import { amount, number, span, t, tick } from "../text.js";
import { Said } from "../parts/answer.js";
import { Chart } from "../parts/chart.js";
import { Metric } from "../parts/metric.js";
import { METRICS } from "../parts/metrics.js";
import { Same } from "./same.js";
import { saveErrors } from "./saving.js";

const MOST_MODELS = 10;
const FIRST_REASONS = 8;
const MOST_REASONS = 100;

const drawn = (shown, largest) => (Plot, width) => Plot.plot({
  width, height: 34 + 28 * shown.length, marginLeft: Math.min(190, width * 0.4), marginRight: 16, marginTop: 0, marginBottom: 24,
  x: { label: null, ticks: width < 420 ? 3 : 5, tickSize: 0, tickFormat: tick("Wh", largest) },
  y: { label: null, tickSize: 0, domain: shown.map((one) => one.group) },
  marks: [
    Plot.barX(shown, { y: "group", x1: (one) => one.ranges.usage_energy_wh.low_90, x2: (one) => one.ranges.usage_energy_wh.high_90, fill: "var(--range-wide)", insetTop: 7, insetBottom: 7, rx: 3 }),
    Plot.barX(shown, { y: "group", x1: (one) => one.ranges.usage_energy_wh.low_50, x2: (one) => one.ranges.usage_energy_wh.high_50, fill: "var(--range-narrow)", insetTop: 4, insetBottom: 4, rx: 3 }),
    Plot.tickX(shown, { y: "group", x: (one) => one.ranges.usage_energy_wh.central, stroke: "var(--ink)", strokeWidth: 3 }),
    Plot.ruleX([0], { stroke: "var(--line)" }),
  ],
});

const Models = ({ groups, spoken }) => {
  const shown = groups.slice(0, MOST_MODELS);
  const energy = (one) => one.ranges.usage_energy_wh;
  const largest = Math.max(...shown.map((one) => energy(one).high_90));
  const cell = (one, metric) => amount(one.ranges[metric.usage].central, metric.unit).text;
  return html`
    <section class="card" aria-labelledby="models">
      <h2 id="models">${t("import.models")}</h2>
      <p class="hint">${t("import.models.unit", { unit: amount(largest, "Wh").unit })}</p>
      <${Chart} name="wattdrop-import-models" label=${t("import.models.drawn", { list: shown.map((one) => `${one.group} ${amount(energy(one).central, "Wh").text}`).join(", ") })}
        draw=${drawn(shown, largest)} needs=${[groups, spoken]} />
      <table role="table" class="stages">
        <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t("field.model_id")}</th>${METRICS.map((one) => html`<th key=${one.key} scope="col" role="columnheader" class="digits">${t(`metric.${one.key}`)}</th>`)}</tr></thead>
        <tbody role="rowgroup">${shown.map((one) => html`<tr key=${one.group} role="row"><th scope="row" role="rowheader"><code>${one.group}</code><small>${t("import.rows", { count: number(one.rows, {}) })}</small></th>
          ${METRICS.map((metric) => html`<td key=${metric.key} role="cell" class="digits">${cell(one, metric)}${metric.key === "energy" && html`<small>${span(energy(one).low_90, energy(one).high_90, "Wh", energy(one).central)}</small>`}</td>`)}</tr>`)}</tbody>
      </table>
      ${groups.length > shown.length && html`<p class="hint">${t("import.models.more", { count: number(groups.length - shown.length, {}) })}</p>`}
    </section>
  `;
};

const Reasons = ({ reasons }) => html`
  <ul class="reasons">${reasons.map((one) => html`
    <li key=${`${one.code} ${one.message}`}><strong>${number(one.count, {})}</strong>
      <div>${one.own ? one.message : html`<${Said} error=${one} />`}${one.alike && html` <em>${t("import.alike")}</em>`}
        <small>${t(one.count === 1 ? "import.line" : "import.lines", { lines: one.lines.map((line) => number(line, {})).join(", ") })}${one.count > one.lines.length ? " …" : ""}</small></div></li>`)}</ul>
`;

const Failed = ({ state, errors, file }) => {
  const reasons = errors.reasons;
  const more = reasons.slice(FIRST_REASONS, MOST_REASONS);
  return html`
    <section class="card" aria-labelledby="failed">
      <h2 id="failed">${t("import.failed", { count: number(state.failed, {}) })}</h2>
      <p class="hint">${t("import.failed.why")}</p>
      <${Reasons} reasons=${reasons.slice(0, FIRST_REASONS)} />
      ${more.length > 0 && html`<details class="rest"><summary>${t("import.reasons.more", { count: number(reasons.length - FIRST_REASONS, {}) })}</summary><${Reasons} reasons=${more} /></details>`}
      <p><button type="button" class="quiet" onClick=${() => saveErrors(errors, file.name)}>${t("import.save.errors")}</button></p>
    </section>
  `;
};

export const Outcome = ({ state, job, opened, mapping, spoken }) => {
  const { totals, phase } = state;
  const ended = phase !== "running";
  return html`
    ${state.problem && state.problem.status !== 401 && html`<p class="card problem" role="alert">${state.problem.why ? t(`import.unreadable.${state.problem.why}`, state.problem.places) : html`<${Said} error=${state.problem} />`}</p>`}
    ${totals?.total.ranges && html`
      <div class="metrics">${METRICS.map((one) => html`<${Metric} key=${one.key} metric=${one} ranges=${totals.total.ranges} spoken=${spoken} />`)}</div>
      <p class="hint">${t("import.totals", { rows: number(totals.total.rows, {}) })} ${t("metric.legend")}</p>`}
    ${ended && state.sent > 0 && state.sent === state.failed && html`<p class="card problem" role="alert">${t("import.none")}</p>`}
    ${state.skipped > 0 && html`<p class="card">${t("import.skipped", { count: number(state.skipped, {}) })}</p>`}
    ${state.failed > 0 && html`<${Failed} state=${state} errors=${job.errors} file=${opened.file} />`}
    ${totals?.groups.length > 0 && html`<${Models} groups=${totals.groups} spoken=${spoken} />`}
    ${ended && html`<${Same} file=${opened.file} mapping=${mapping} />`}
  `;
};
