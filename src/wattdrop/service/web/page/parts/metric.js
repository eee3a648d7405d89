// One number, and how far off it may be: in digits, and drawn from zero on.
import { html } from "../html.js";
import { amount, span, t, tick } from "../text.js";
import { Chart } from "./chart.js";

const HEIGHT = 58;

const drawn = (range, unit) => (Plot, width) => {
  return Plot.plot({
    width, height: HEIGHT, marginLeft: 8, marginRight: 16, marginTop: 6, marginBottom: 20,
    x: { domain: [0, range.high_90], ticks: width < 260 ? 3 : 4, tickFormat: tick(unit, range.central), label: null, tickSize: 0 },
    y: { axis: null, domain: [""] },
    marks: [
      Plot.barX([range], { y: () => "", x1: "low_90", x2: "high_90", fill: "var(--range-wide)", insetTop: 7, insetBottom: 7, rx: 3 }),
      Plot.barX([range], { y: () => "", x1: "low_50", x2: "high_50", fill: "var(--range-narrow)", insetTop: 3, insetBottom: 3, rx: 3 }),
      Plot.tickX([range], { y: () => "", x: "central", stroke: "var(--ink)", strokeWidth: 3 }),
    ],
  });
};

export const Metric = ({ metric, ranges, spoken }) => {
  const range = ranges[metric.usage];
  const central = amount(range.central, metric.unit);
  const half = span(range.low_50, range.high_50, metric.unit, range.central);
  const most = span(range.low_90, range.high_90, metric.unit, range.central);
  const embodied = metric.embodied && ranges[metric.embodied];
  return html`
    <article class="card metric">
      <h2>${t(`metric.${metric.key}`)}</h2>
      <p class="big"><strong>${central.digits}</strong> <span>${central.unit}</span></p>
      <${Chart} label=${t("metric.drawn", { name: t(`metric.${metric.key}`), central: central.text, half, most })}
        draw=${drawn(range, metric.unit)} needs=${[range, spoken]} />
      <dl class="ranges">
        <div><dt><i class="swatch narrow"></i>${t("metric.half")}</dt><dd>${half}</dd></div>
        <div><dt><i class="swatch wide"></i>${t("metric.most")}</dt><dd>${most}</dd></div>
        ${embodied && html`<div class="embodied"><dt>${t("metric.embodied")}</dt><dd>${amount(embodied.central, metric.unit).text}</dd></div>`}
      </dl>
    </article>
  `;
};
