// Predicted against measured energy on logarithmic axes: on the line they are the same, inside the band within a factor of two.
import { html } from "../html.js";
import { amount, number, t } from "../text.js";
import { Chart } from "../parts/chart.js";
import { factor } from "./view.js";

export const OUTPUTS = ["text", "image", "video", "label"];
const MOST_HEIGHT = 640;
const FEW = 120; // of so many each range is drawn

// Powers of ten inside the axis, as many as there is room for, each in its unit: 10 µWh, 1 mWh.
const powers = ([low, high], every) => {
  const first = Math.ceil(Math.log10(low));
  const all = Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (_, at) => first + at);
  return all.filter((power) => power % (all.length > 4 ? every : 1) === 0).map((power) => 10 ** power);
};
const tick = (value) => {
  const { digits, unit } = amount(value, "Wh", value * 1.000001);
  return `${number(Number(digits), {})} ${unit}`;
};
const ends = (shown) => {
  const values = shown.flatMap((one) => [one.measured_wh, one.predicted_wh]);
  return [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
};

const drawn = (shown, marked) => (Plot, width) => {
  const domain = ends(shown);
  const line = domain.map((value) => ({ value, half: value / 2, twice: value * 2 }));
  const axis = { type: "log", domain, label: null, tickFormat: tick, tickSize: 4 };
  const dot = { x: "measured_wh", y: "predicted_wh" };
  const range = { x: "measured_wh", y1: "low_90_wh", y2: "high_90_wh" };
  const at = { px: "measured_wh", py: "predicted_wh", maxRadius: 30 };
  const strong = { stroke: "var(--ink)", strokeWidth: 2 };
  return Plot.plot({
    width, height: Math.min(MOST_HEIGHT, Math.max(320, width)), marginLeft: 60, marginRight: 12, marginTop: 10, marginBottom: 28, clip: true,
    x: { ...axis, ticks: powers(domain, width < 560 ? 3 : 2) }, y: { ...axis, ticks: powers(domain, 1) },
    color: { domain: OUTPUTS, range: OUTPUTS.map((name) => `var(--output-${name})`) },
    marks: [
      Plot.areaY(line, { x: "value", y1: "half", y2: "twice", fill: "var(--sunk)", clip: true }),
      Plot.line(line, { x: "value", y: "value", stroke: "var(--edge)", clip: true }),
      shown.length <= FEW ? Plot.ruleX(shown, { ...range, stroke: "output", strokeOpacity: 0.35, clip: true }) : null,
      Plot.dot(shown, { ...dot, fill: "output", fillOpacity: 0.55, r: width < 480 ? 2.2 : 3 }),
      marked ? Plot.ruleX([marked], { ...range, ...strong, clip: true }) : null,
      marked ? Plot.dot([marked], { ...dot, r: 7, ...strong }) : null,
      Plot.ruleX(shown, Plot.pointer({ ...range, ...at, ...strong, clip: true })),
      Plot.dot(shown, Plot.pointer({ ...dot, ...at, r: 6, ...strong, fill: "output" })),
    ],
  });
};

export const Scatter = ({ shown, marked, spoken, onPoint, children }) => {
  const within = shown.filter((one) => factor(one) <= 2).length;
  return html`
    <section class="card" aria-labelledby="scatter">
      <h2 id="scatter">${t("accuracy.scatter")}</h2>
      <p>${t("accuracy.scatter.text")}</p>
      <p class="legend">${OUTPUTS.filter((name) => shown.some((one) => one.output === name)).map((name) => html`<span key=${name}><i class=${`swatch ${name}`}></i>${t(`accuracy.output.${name}`)}</span>`)}</p>
      <div class="scatter">
        <div>
          <p class="hint">${t("accuracy.axis.predicted")}</p>
          <${Chart} label=${t("accuracy.scatter.drawn", { count: number(shown.length, {}), within: number(within, {}) })} name="wattdrop-accuracy"
            draw=${drawn(shown, marked)} needs=${[shown, marked, spoken]} onPoint=${onPoint} />
          <p class="hint axis">${t("accuracy.axis.measured")}</p>
        </div>
        ${children}
      </div>
    </section>
  `;
};
