// The hours of a day: carbon and water of the same work in every hour (UTC), in one place with the chosen hours marked, or in
// several places.
import { html } from "../html.js";
import { estimates } from "../api.js";
import { amount, locale, t, tick } from "../text.js";
import { useLatest } from "../parts/latest.js";
import { Chart } from "../parts/chart.js";
import { METRICS } from "../parts/metrics.js";
import { AT_END, placed, shortened, widthOf } from "./labels.js";
import { HOURS, dayOf, rowAt } from "./question.js";

const SHOWN = METRICS.slice(1);
const MOST_LINES = 6; // as many as there are colours
const MARGIN = { left: 44, right: 16, top: 18, bottom: 26 };
const HEIGHT = 210;
const LONGEST = 14;

// By what is drawn: the place of the work, or the candidates that are places; its hours with their ranges.
const linesOf = (drawn, answers, metric) => drawn.map((one, at) => ({
  ...one, colour: drawn.length > 1 ? `var(--series-${at + 1})` : "var(--range-narrow)",
  hours: answers.slice(at * 24, (at + 1) * 24).map((row, hour) => ({ hour, ...row.ranges[metric.usage] })),
}));

const isFlat = ({ hours }) => hours.every((one) => one.central === hours[0].central);

const named = (lines, x, y, area) => {
  const places = placed(lines.map((one) => ({ x, y: y.apply(one.hours[23].central), text: one.name })), area, AT_END);
  return lines.map((one, at) => ({ ...one, place: places[at] })).filter((one) => one.place);
};

const drawn = (lines, chosen, metric, beside) => (Plot, width) => {
  const many = lines.length > 1;
  const right = many ? Math.max(...lines.map((one) => widthOf(one.name))) + MARGIN.right : MARGIN.right;
  const high = Math.max(...lines.flatMap((one) => one.hours.map((hour) => (many ? hour.central : hour.high_50))));
  const y = Plot.scale({ y: { domain: [0, high], range: [HEIGHT - MARGIN.bottom, MARGIN.top] } });
  const marked = many ? [] : lines[0].hours.filter((one) => chosen.includes(HOURS[one.hour]));
  const ends = many ? named(lines, width - right, y, { left: width - right, right: width, top: 0, bottom: HEIGHT }) : [];
  return Plot.plot({
    width, height: HEIGHT, marginLeft: MARGIN.left, marginRight: right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom,
    x: { domain: [0, 23], ticks: width < 420 ? [0, 6, 12, 18, 23] : [0, 3, 6, 9, 12, 15, 18, 21, 23], tickSize: 0, tickFormat: (hour) => HOURS[hour], label: null },
    y: { domain: [0, high], ticks: 4, tickSize: 0, grid: true, tickFormat: tick(metric.unit, beside), label: null },
    marks: [
      ...(many ? [] : [Plot.areaY(lines[0].hours, { x: "hour", y1: "low_50", y2: "high_50", fill: "var(--range-wide)", curve: "monotone-x" })]),
      ...lines.map((one) => Plot.lineY(one.hours, { x: "hour", y: "central", stroke: one.colour, strokeWidth: 2.5, curve: "monotone-x" })),
      Plot.ruleX(marked, { x: "hour", y1: 0, y2: "central", stroke: "var(--ink)", strokeDasharray: "2 3" }),
      Plot.dot(marked, { x: "hour", y: "central", r: 5, fill: "var(--ink)", stroke: "var(--surface)" }),
      Plot.text(marked, { x: "hour", y: "central", dy: -12, text: (one) => amount(one.central, metric.unit, beside).digits, fill: "var(--ink)", stroke: "var(--surface)", strokeWidth: 4, fontWeight: 600 }),
      ...ends.map((one) => Plot.text([one.hours[23]], { x: "hour", y: "central", dx: one.place.dx, dy: one.place.dy, text: () => one.name, fill: one.colour, fontWeight: 600 })),
    ],
  });
};

const Curve = ({ lines, chosen, metric, spoken }) => {
  const beside = Math.max(...lines.flatMap((one) => one.hours.map((hour) => hour.central)));
  const list = lines.map((one) => [one.name, one.hours.map(({ hour, central }) => `${HOURS[hour]} ${amount(central, metric.unit, beside).text}`).join(", ")].filter(Boolean).join(": "));
  return html`
    <h3>${t(`metric.${metric.key}`)}, ${amount(beside, metric.unit).unit}</h3>
    <${Chart} name=${`wattdrop-day-${metric.key}`} title=${t(`metric.${metric.key}`)} draw=${drawn(lines, chosen, metric, beside)} needs=${[lines, chosen, spoken]}
      label=${t("compare.curve.drawn", { metric: t(`metric.${metric.key}`), list: list.join("; ") })} />`;
};

const monthOf = (day) => new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));

export const Day = ({ question, told, asked, spoken }) => {
  const places = question.vary === "places" ? told.slice(0, MOST_LINES).map(({ id, name }) => ({ id, name: shortened(name, LONGEST) })) : [{ id: "", name: "" }];
  const rows = places.flatMap((one) => HOURS.map((hour) => rowAt(question, one.id, hour, asked)));
  const { answer } = useLatest((signal) => estimates(rows, signal).then((answers) => ({ places, answers })), 0, [JSON.stringify(rows)]);
  if (!answer || answer.answers.some((one) => one.error)) return null; // the comparison says what is wrong
  const shown = SHOWN.map((metric) => ({ metric, lines: linesOf(answer.places, answer.answers, metric) })).filter(({ lines }) => !lines.every(isFlat));
  if (shown.length === 0 && question.vary === "places") return null;
  const alike = SHOWN.find((metric) => !shown.some((one) => one.metric === metric));
  return html`
    <section class="card" aria-labelledby="curve">
      <h2 id="curve">${t("compare.curve", { month: monthOf(dayOf(question.work)) })}</h2>
      <p>${t(shown.length === 0 ? "compare.curve.flat" : question.vary === "places" ? "compare.curve.places" : "compare.curve.text")}</p>
      ${shown.length === 1 && html`<p>${t("compare.curve.alike", { metric: t(`metric.${alike.key}`) })}</p>`}
      ${told.length > MOST_LINES && question.vary === "places" && html`<p class="hint">${t("compare.curve.most", { most: MOST_LINES })}</p>`}
      ${shown.map(({ metric, lines }) => html`<${Curve} key=${metric.key} lines=${lines} chosen=${question.chosen} metric=${metric} spoken=${spoken} />`)}
    </section>
  `;
};
