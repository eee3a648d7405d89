// Predicted against measured energy on logarithmic axes: on the line they are the same, inside the band within a factor of two.
import { html } from "../html.js";
import { amount, number, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { factor } from "./view.js";

export const OUTPUTS = ["text", "image", "video", "label"];
const MOST_HEIGHT = 640;
const FEW = 120; // of so many each range is drawn

// Round amounts inside the axis, as many as there is room for: powers of ten, of a short axis also twice and five times these.
const ticks = ([low, high], every) => {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, at) => first + at);
  const factors = powers.length > 3 ? [1] : [1, 2, 5];
  const apart = powers.length > 5 ? every : 1;
  return powers.filter((power) => power % apart === 0).flatMap((power) => factors.map((one) => one * 10 ** power))
    .filter((value) => low <= value && value <= high);
};
const written = (value) => {
  const beside = value * 1.000001; // the power itself may be a hair below it
  return `${tick("Wh", beside)(value)} ${amount(value, "Wh", beside).unit}`;
};
const ends = (shown) => {
  const fields = shown.length <= FEW ? ["measured_wh", "low_90_wh", "high_90_wh"] : ["measured_wh", "predicted_wh"];
  const values = shown.flatMap((one) => fields.map((field) => one[field]));
  return [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
};

const drawn = (shown, marked) => (Plot, width) => {
  const domain = ends(shown);
  const line = domain.map((value) => ({ value, half: value / 2, twice: value * 2 }));
  const axis = { type: "log", domain, tickFormat: written, tickSize: 4, labelOffset: 34 };
  const dot = { x: "measured_wh", y: "predicted_wh" };
  const range = { x: "measured_wh", y1: "low_90_wh", y2: "high_90_wh" };
  const at = { px: "measured_wh", py: "predicted_wh", maxRadius: 30 };
  const strong = { stroke: "var(--ink)", strokeWidth: 2 };
  return Plot.plot({
    width, height: Math.min(MOST_HEIGHT, Math.max(320, width)), marginLeft: 60, marginRight: 12, marginTop: 26, marginBottom: 42, clip: true,
    x: { ...axis, label: t("accuracy.axis.measured"), ticks: ticks(domain, width < 560 ? 3 : 2) },
    y: { ...axis, label: t("accuracy.axis.predicted"), labelOffset: 56, ticks: ticks(domain, 1) },
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
          <${Chart} label=${t("accuracy.scatter.drawn", { count: number(shown.length, {}), within: number(within, {}) })} name="wattdrop-accuracy"
            draw=${drawn(shown, marked)} needs=${[shown, marked, spoken]} onPoint=${onPoint} />
        </div>
        ${children}
      </div>
    </section>
  `;
};
