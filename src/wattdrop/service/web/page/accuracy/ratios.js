// How often the method is off by how much: predicted over measured, in steps of a quarter of a doubling.
import { html } from "../html.js";
import { number, t } from "../text.js";
import { Chart } from "../parts/chart.js";

const STEP = 0.25; // of a doubling
const MOST = 3; // doublings; what is further off stands at the end

const doublings = (one) => Math.max(-MOST, Math.min(MOST - 1e-9, Math.log2(one.predicted_to_measured)));
const ratio = (value) => t("accuracy.times", { value: number(2 ** value, { maximumSignificantDigits: 3 }) });

const drawn = (shown) => (Plot, width) => Plot.plot({
  width, height: 190, marginLeft: 44, marginRight: 16, marginTop: 10, marginBottom: 24,
  x: { domain: [-MOST, MOST], ticks: width < 480 ? [-2, -1, 0, 1, 2] : [-3, -2, -1, 0, 1, 2, 3], tickFormat: ratio, tickSize: 0, label: null },
  y: { label: null, ticks: 4, tickSize: 0, grid: true, nice: true, tickFormat: (value) => number(value, {}) },
  marks: [
    Plot.rectY(shown, Plot.binX({ y: "count" }, { x: doublings, thresholds: Array.from({ length: 2 * MOST / STEP + 1 }, (_, at) => -MOST + at * STEP), fill: "var(--range-narrow)" })),
    Plot.ruleX([-1, 1], { stroke: "var(--edge)", strokeDasharray: "3 3" }),
    Plot.ruleX([0], { stroke: "var(--ink)" }),
    Plot.ruleY([0], { stroke: "var(--line)" }),
  ],
});

export const Ratios = ({ shown, spoken }) => html`
  <section class="card" aria-labelledby="ratios">
    <h2 id="ratios">${t("accuracy.ratios")}</h2>
    <p>${t("accuracy.ratios.text")}</p>
    <${Chart} label=${t("accuracy.ratios.drawn", { low: number(shown.filter((one) => one.predicted_to_measured < 0.5).length, {}), high: number(shown.filter((one) => one.predicted_to_measured > 2).length, {}) })}
      name="wattdrop-accuracy-ratios" draw=${drawn(shown)} needs=${[shown, spoken]} />
  </section>
`;
