// How many measurements the ranges hold: those of 50 % should stand at a half, those of 90 % at nine tenths.
import { html } from "../html.js";
import { percent, t } from "../text.js";
import { Chart } from "../parts/chart.js";

const named = (one) => t(`accuracy.work.${one.id}`);

// On a phone names take several lines: cut short, "batch known" and "batch unknown" would read the same.
const NARROW = 480;
const EM = 12;

const drawn = (work) => (Plot, width) => {
  const left = Math.min(300, width * 0.48);
  const narrow = width < NARROW;
  return Plot.plot({
    width, height: 40 + (narrow ? 48 : 24) * work.length, marginLeft: left, marginRight: 24, marginTop: 4, marginBottom: 24,
    x: { domain: [0, 1], ticks: narrow ? [0, 0.5, 0.9] : [0, 0.25, 0.5, 0.75, 0.9, 1], tickFormat: percent, tickSize: 0, label: null },
    y: { domain: work.map((one) => one.id) },
    marks: [
      Plot.axisY({ label: null, tickSize: 0, tickFormat: (id) => named({ id }), lineWidth: (left - 24) / EM }),
      Plot.ruleX([0.5], { stroke: "var(--range-narrow)", strokeDasharray: "3 3" }),
      Plot.ruleX([0.9], { stroke: "var(--edge)", strokeDasharray: "3 3" }),
      Plot.ruleY(work, { y: "id", x1: "coverage_50", x2: "coverage_90", stroke: "var(--line)", strokeWidth: 2 }),
      Plot.dot(work, { y: "id", x: "coverage_50", r: 5, fill: "var(--range-narrow)" }),
      Plot.dot(work, { y: "id", x: "coverage_90", r: 5, fill: "var(--range-wide)", stroke: "var(--edge)" }),
    ],
  });
};

export const Ranges = ({ work, spoken }) => html`
  <p class="legend"><span><i class="swatch narrow"></i>${t("metric.half")}</span><span><i class="swatch wide"></i>${t("metric.most")}</span></p>
  <${Chart} label=${t("accuracy.held.drawn", { list: work.map((one) => `${named(one)} ${percent(one.coverage_50)}, ${percent(one.coverage_90)}`).join("; ") })}
    name="wattdrop-ranges" draw=${drawn(work)} needs=${[work, spoken]} />
`;
