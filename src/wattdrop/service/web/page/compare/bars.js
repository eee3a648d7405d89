// The candidates from the least to the most, each with its range. Widely different ones are drawn on a scale of powers.
import { html } from "../html.js";
import { amount, span, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { axisOf } from "./axis.js";
import { times } from "./finding.js";

const LINE = 46; // of one candidate: its name above its bar

const shown = (one, metric, beside) => {
  const { ratio, rank } = one.compared[metric.usage];
  const text = amount(one.ranges[metric.usage].central, metric.unit, beside).text;
  return ratio && rank > 1 ? t("compare.bars.value", { value: text, times: times(ratio.central) }) : text;
};

const drawn = (ranked, metric, axis) => (Plot, width) => {
  const ranges = ranked.map((one) => ({ ...one.ranges[metric.usage], id: one.id, name: one.name, value: shown(one, metric, axis.beside) }));
  return Plot.plot({
    width, height: 30 + LINE * ranked.length, marginLeft: 8, marginRight: 12, marginTop: 6, marginBottom: 24,
    x: { ...axis.scale, tickSize: 0, label: null, grid: true, ticks: axis.ticks(width), tickFormat: tick(metric.unit, axis.beside) },
    y: { axis: null, domain: ranges.map((one) => one.id), padding: 0 },
    marks: [
      Plot.barX(ranges, { y: "id", x1: "low_90", x2: "high_90", fill: "var(--range-wide)", insetTop: 24, insetBottom: 8, rx: 3 }),
      Plot.barX(ranges, { y: "id", x1: "low_50", x2: "high_50", fill: "var(--range-narrow)", insetTop: 21, insetBottom: 5, rx: 3 }),
      Plot.tickX(ranges, { y: "id", x: "central", stroke: "var(--ink)", strokeWidth: 3, insetTop: 19, insetBottom: 3 }),
      Plot.text(ranges, { y: "id", frameAnchor: "left", dy: -13, text: "name", fill: "var(--ink)", fontWeight: 600, stroke: "var(--surface)", strokeWidth: 4,
        lineWidth: Math.max(8, (width - 150) / 12), textOverflow: "ellipsis" }),
      Plot.text(ranges, { y: "id", frameAnchor: "right", dy: -13, text: "value", fill: "var(--ink)", stroke: "var(--surface)", strokeWidth: 4 }),
    ],
  });
};

export const Bars = ({ ranked, metric, spoken }) => {
  const axis = axisOf(ranked.map((one) => one.ranges[metric.usage]));
  const list = ranked.map((one) => `${one.name} ${shown(one, metric, axis.beside)} (${span(one.ranges[metric.usage].low_90, one.ranges[metric.usage].high_90, metric.unit, axis.beside)})`);
  const unit = amount(axis.beside, metric.unit).unit;
  return html`
    <p class="hint">${t(axis.isLog ? "compare.scale.log" : "compare.scale.linear", { unit })} ${t("metric.legend")}</p>
    <${Chart} label=${t("compare.bars.drawn", { metric: t(`metric.${metric.key}`), list: list.join("; ") })} name=${`wattdrop-compare-${metric.key}`} title=${t(`metric.${metric.key}`)}
      draw=${drawn(ranked, metric, axis)} needs=${[ranked, metric, spoken]} />
  `;
};
