// Carbon against water: who is better in one may be worse in the other. Ranges are crosses.
import { html } from "../html.js";
import { amount, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { METRICS } from "../parts/metrics.js";
import { axisOf } from "./axis.js";
import { placed, shortened } from "./labels.js";

const [, CARBON, WATER] = METRICS;
const LONGEST = 26;
const MARGIN = { left: 52, right: 16, top: 16, bottom: 40 };

const drawn = (points, x, y) => (Plot, width) => {
  const height = Math.min(460, Math.max(320, width * 0.6));
  const across = Plot.scale({ x: { ...x.scale, range: [MARGIN.left, width - MARGIN.right] } });
  const up = Plot.scale({ y: { ...y.scale, range: [height - MARGIN.bottom, MARGIN.top] } });
  const places = placed(
    points.map((one) => ({ x: across.apply(one.carbon.central), y: up.apply(one.water.central), text: one.name })),
    { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom },
  );
  const named = points.map((one, at) => ({ ...one, place: places[at] })).filter((one) => one.place);
  const at = { x: (one) => one.carbon.central, y: (one) => one.water.central };
  const crosses = (level, style) => [
    Plot.ruleY(points, { y: at.y, x1: (one) => one.carbon[`low_${level}`], x2: (one) => one.carbon[`high_${level}`], stroke: "var(--range-narrow)", strokeLinecap: "round", ...style }),
    Plot.ruleX(points, { x: at.x, y1: (one) => one.water[`low_${level}`], y2: (one) => one.water[`high_${level}`], stroke: "var(--range-narrow)", strokeLinecap: "round", ...style }),
  ];
  return Plot.plot({
    width, height, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom,
    x: { ...x.scale, tickSize: 0, grid: true, ticks: x.ticks(width), tickFormat: tick(CARBON.unit, x.beside), labelArrow: "none", labelAnchor: "center", label: `${t("metric.carbon")}, ${amount(x.beside, CARBON.unit).unit}` },
    y: { ...y.scale, tickSize: 0, grid: true, ticks: y.ticks(height), tickFormat: tick(WATER.unit, y.beside), labelArrow: "none", labelAnchor: "top", label: `${t("metric.water")}, ${amount(y.beside, WATER.unit).unit}` },
    marks: [
      ...crosses(90, { strokeWidth: 1.5, strokeOpacity: 0.5 }),
      ...crosses(50, { strokeWidth: 3 }),
      ...named.filter((one) => one.place.isFar).map((one) => Plot.link([one], {
        x1: at.x, y1: at.y, x2: across.invert(across.apply(at.x(one)) + one.place.dx), y2: up.invert(up.apply(at.y(one)) + one.place.dy), stroke: "var(--soft)", strokeWidth: 1,
      })),
      Plot.dot(points, { ...at, r: 4.5, fill: "var(--ink)", stroke: "var(--surface)" }),
      ...named.map((one) => Plot.text([one], { ...at, text: "name", dx: one.place.dx, dy: one.place.dy, fill: "var(--ink)", stroke: "var(--surface)", strokeWidth: 4, fontWeight: 600 })),
    ],
  });
};

export const Tradeoff = ({ told, spoken }) => {
  const differs = (metric) => told.some((one) => one.ranges[metric.usage].central !== told[0].ranges[metric.usage].central);
  if (!differs(CARBON) || !differs(WATER)) return null; // nothing is traded
  const points = told.map((one) => ({ name: shortened(one.name, LONGEST), carbon: one.ranges[CARBON.usage], water: one.ranges[WATER.usage] }));
  const [x, y] = [axisOf(points.map((one) => one.carbon)), axisOf(points.map((one) => one.water))];
  const list = points.map((one) => `${one.name} ${amount(one.carbon.central, CARBON.unit).text}, ${amount(one.water.central, WATER.unit).text}`);
  return html`
    <section class="card" aria-labelledby="tradeoff">
      <h2 id="tradeoff">${t("compare.tradeoff")}</h2>
      <p>${t("compare.tradeoff.text")}</p>
      <${Chart} label=${t("compare.tradeoff.drawn", { list: list.join("; ") })} name="wattdrop-carbon-water" title=${t("compare.tradeoff")} draw=${drawn(points, x, y)} needs=${[told, spoken]} />
    </section>
  `;
};
