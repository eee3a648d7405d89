// How many measurements the ranges hold: dark dots should stand at a half, light ones at nine tenths.
import { html } from "../html.js";
import { percent, t } from "../text.js";
import { Chart } from "../parts/chart.js";

const named = (one) => t(`accuracy.work.${one.id}`);

const drawn = (work) => (Plot, width) => {
  const left = Math.min(300, width * 0.48);
  return Plot.plot({
    width, height: 40 + 24 * work.length, marginLeft: left, marginRight: 24, marginTop: 4, marginBottom: 24,
    x: { domain: [0, 1], ticks: width < 480 ? [0, 0.5, 0.9] : [0, 0.25, 0.5, 0.75, 0.9, 1], tickFormat: percent, tickSize: 0, label: null },
    y: { label: null, tickSize: 0, domain: work.map((one) => one.id), tickFormat: (id) => shortened(named({ id }), left) },
    marks: [
      Plot.ruleX([0.5], { stroke: "var(--range-narrow)", strokeDasharray: "3 3" }),
      Plot.ruleX([0.9], { stroke: "var(--edge)", strokeDasharray: "3 3" }),
      Plot.ruleY(work, { y: "id", x1: "coverage_50", x2: "coverage_90", stroke: "var(--line)", strokeWidth: 2 }),
      Plot.dot(work, { y: "id", x: "coverage_50", r: 5, fill: "var(--range-narrow)" }),
      Plot.dot(work, { y: "id", x: "coverage_90", r: 5, fill: "var(--range-wide)", stroke: "var(--edge)" }),
    ],
  });
};

const LETTER = 6.4; // pixels, about
const shortened = (text, width) => (text.length * LETTER > width - 10 ? `${text.slice(0, Math.floor((width - 18) / LETTER))}…` : text);

export const Ranges = ({ work, spoken }) => html`
  <p class="legend"><span><i class="swatch narrow"></i>${t("metric.half")}</span><span><i class="swatch wide"></i>${t("metric.most")}</span></p>
  <${Chart} label=${t("accuracy.held.drawn", { list: work.map((one) => `${named(one)} ${percent(one.coverage_50)}, ${percent(one.coverage_90)}`).join("; ") })}
    name="wattdrop-ranges" draw=${drawn(work)} needs=${[work, spoken]} />
`;
