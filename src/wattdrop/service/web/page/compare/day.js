// The hours of a day: carbon and water of the same work in every hour (UTC), with the chosen hours marked.
import { html } from "../html.js";
import { estimates } from "../api.js";
import { amount, t, tick } from "../text.js";
import { useLatest } from "../parts/latest.js";
import { Chart } from "../parts/chart.js";
import { METRICS } from "../parts/metrics.js";
import { HOURS, dayOf, rowOf } from "./question.js";

const SHOWN = METRICS.slice(1);

const drawn = (hours, chosen, metric) => (Plot, width) => {
  const beside = Math.max(...hours.map((one) => one.central));
  const marked = hours.filter((one) => chosen.includes(HOURS[one.hour]));
  return Plot.plot({
    width, height: 190, marginLeft: 44, marginRight: 16, marginTop: 18, marginBottom: 26,
    x: { domain: [0, 23], ticks: width < 420 ? [0, 6, 12, 18, 23] : [0, 3, 6, 9, 12, 15, 18, 21, 23], tickSize: 0, tickFormat: (hour) => HOURS[hour], label: null },
    y: { domain: [0, Math.max(...hours.map((one) => one.high_50))], ticks: 4, tickSize: 0, grid: true, tickFormat: tick(metric.unit, beside), label: null },
    marks: [
      Plot.areaY(hours, { x: "hour", y1: "low_50", y2: "high_50", fill: "var(--range-wide)", curve: "monotone-x" }),
      Plot.lineY(hours, { x: "hour", y: "central", stroke: "var(--range-narrow)", strokeWidth: 2.5, curve: "monotone-x" }),
      Plot.ruleX(marked, { x: "hour", y1: 0, y2: "central", stroke: "var(--ink)", strokeDasharray: "2 3" }),
      Plot.dot(marked, { x: "hour", y: "central", r: 5, fill: "var(--ink)", stroke: "var(--surface)" }),
      Plot.text(marked, { x: "hour", y: "central", dy: -12, text: (one) => amount(one.central, metric.unit, beside).digits, fill: "var(--ink)", stroke: "var(--surface)", strokeWidth: 4, fontWeight: 600 }),
    ],
  });
};

const isFlat = (hours) => hours.every((one) => one.central === hours[0].central);

export const Day = ({ question, asked, spoken }) => {
  const rows = HOURS.map((hour) => rowOf(question, hour, asked));
  const { answer } = useLatest((signal) => estimates(rows, signal), 0, [JSON.stringify(rows)]);
  if (!answer || answer.some((one) => one.error)) return null; // the comparison says what is wrong
  const of = (metric) => answer.map((one, hour) => ({ hour, ...one.ranges[metric.usage] }));
  const shown = SHOWN.filter((metric) => !isFlat(of(metric)));
  return html`
    <section class="card" aria-labelledby="curve">
      <h2 id="curve">${t("compare.curve", { day: dayOf(question.work) })}</h2>
      <p>${shown.length === 0 ? t("compare.curve.flat") : t("compare.curve.text")}</p>
      ${shown.map((metric) => html`
        <h3 key=${metric.key}>${t(`metric.${metric.key}`)}, ${amount(Math.max(...of(metric).map((one) => one.central)), metric.unit).unit}</h3>
        <${Chart} key=${`${metric.key}-drawn`} name=${`wattdrop-day-${metric.key}`} draw=${drawn(of(metric), question.chosen, metric)} needs=${[answer, question.chosen, spoken]}
          label=${t("compare.curve.drawn", { metric: t(`metric.${metric.key}`), list: of(metric).map((one) => `${HOURS[one.hour]} ${amount(one.central, metric.unit).text}`).join(", ") })} />`)}
    </section>
  `;
};
