// What everything adds up to: three amounts with their ranges, and what else is known of the requests.
import { html } from "../html.js";
import { amount, number, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { ranged } from "./parts.js";
import { METRICS } from "../parts/metrics.js";

const drawn = (one, unit) => (Plot, width) => Plot.plot({
  width, height: 46, marginLeft: 8, marginRight: 16, marginTop: 4, marginBottom: 20,
  x: { domain: [0, one.high_90], ticks: width < 260 ? 3 : 4, tickFormat: tick(unit, one.value), label: null, tickSize: 0 },
  y: { axis: null, domain: [""] },
  marks: [
    Plot.barX([one], { y: () => "", x1: "low_90", x2: "high_90", fill: "var(--range-wide)", insetTop: 5, insetBottom: 5, rx: 3 }),
    Plot.tickX([one], { y: () => "", x: "value", stroke: "var(--ink)", strokeWidth: 3 }),
  ],
});

const Total = ({ metric, total, spoken }) => {
  const one = total[metric.usage];
  const central = amount(one.value, metric.unit);
  const name = t(`metric.${metric.key}`);
  return html`
    <article class="card metric">
      <h2>${name}</h2>
      <p class="big"><strong>${central.digits}</strong> <span>${central.unit}</span></p>
      ${one.value > 0 && html`<${Chart} label=${t("usage.total.drawn", { name, central: central.text, range: ranged(one, metric.unit) })}
        draw=${drawn(one, metric.unit)} needs=${[one, spoken]} />`}
      <dl class="ranges">
        <div><dt><i class="swatch wide"></i>${t("usage.range")}</dt><dd>${ranged(one, metric.unit)}</dd></div>
        ${metric.embodied && html`<div class="embodied"><dt>${t("metric.embodied")}</dt><dd>${amount(total[metric.embodied].value, metric.unit).text}</dd></div>`}
      </dl>
    </article>
  `;
};

const money = (currency, value) => {
  try {
    return number(value, { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: 2 });
  } catch {
    return `${number(value)} ${currency}`; // what callers sent is no currency that is known
  }
};

export const Totals = ({ total, spoken }) => html`
  <div class="metrics">${METRICS.map((one) => html`<${Total} key=${one.key} metric=${one} total=${total} spoken=${spoken} />`)}</div>
`;

const count = (value) => number(value, {});

export const Counts = ({ total, onFailed }) => html`
  <dl class="card counts">
    <div><dt>${t("usage.requests")}</dt><dd>${count(total.rows)}</dd></div>
    <div><dt>${t("usage.tokens_in")}</dt><dd>${count(total.input_tokens)}</dd></div>
    <div><dt>${t("usage.tokens_out")}</dt><dd>${count(total.output_tokens)}</dd></div>
    ${Object.entries(total.costs ?? {}).map(([currency, value]) => html`<div key=${currency}><dt>${t("usage.cost")}</dt><dd>${money(currency, value)}</dd></div>`)}
    <div><dt>${t("usage.errors")}</dt><dd>${total.errors && onFailed ? html`<button type="button" class="link" onClick=${onFailed}>${count(total.errors)}</button>` : count(total.errors)}</dd></div>
    ${total.kept_rows < total.rows && html`<div><dt>${t("usage.kept")}</dt><dd>${count(total.kept_rows)}</dd></div>`}
  </dl>
`;
