// A budget that the reader enters: how much of it is used, and when it is reached if things go on as they did.
import { html } from "../html.js";
import { amount, percent, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { Field } from "../parts/field.js";
import { daysBetween, daysText, dayText, monthOf, periodsOf, plus, shortDay, today } from "./days.js";
import { Head, ranged } from "./parts.js";
import { BUDGET_UNIT } from "./view.js";

// The days that the budget is for: those shown, or the month that they end in.
export const budgetDays = (view) => (view.budget_per === "days" ? { from: view.from, to: view.to } : monthOf(view.to));
export const budgetOf = (view, metric) => Number(view[`budget_${metric.key}`]) * BUDGET_UNIT;

// What was used up to each day, and the day on which a straight line from the first one on meets the budget.
const courseOf = ({ answer, days, budget, metric }) => {
  const last = days.to < today() ? days.to : today();
  const used = answer.total[metric.usage];
  const valueOf = new Map(answer.groups.map((one) => [one.group.day, one[metric.usage].value]));
  let sum = 0;
  const points = periodsOf({ from: days.from, to: last }, "day").map((one) => ({ day: one.key, value: sum += valueOf.get(one.key) ?? 0 }));
  const passed = points.length;
  const pace = passed > 0 ? used.value / passed : 0;
  const length = daysBetween(days.from, days.to);
  const reached = points.find((one) => one.value >= budget)?.day;
  const reaches = !reached && pace > 0 ? plus(days.from, Math.ceil(budget / pace) - 1) : undefined;
  return { points, used, passed, pace, length, last, reached, reaches, to: days.to, over: passed >= length, ahead: pace * length };
};

const drawn = (course, { days, budget, metric }) => (Plot, width) => {
  const { points, used, length, ahead, last, over } = course;
  const most = Math.max(budget, used.high_90, over ? 0 : ahead) * 1.08;
  const number = (day) => daysBetween(days.from, day);
  const [here] = points.slice(-1);
  return Plot.plot({
    width, height: 230, marginLeft: 52, marginRight: 16, marginTop: 26, marginBottom: 30,
    x: { domain: [1, Math.max(length, 2)], ticks: width < 420 ? 3 : 6, tickFormat: (at) => (Number.isInteger(at) ? shortDay(plus(days.from, at - 1)) : ""), tickSize: 0, label: null },
    y: { domain: [0, most], ticks: 4, tickFormat: tick(metric.unit, most), label: amount(0, metric.unit, most).unit, labelArrow: "none", labelAnchor: "top", tickSize: 0, grid: true },
    marks: [
      Plot.areaY(points, { x: (one) => number(one.day), y: "value", fill: "var(--range-wide)" }),
      ...(over || !here ? [] : [Plot.lineY([{ at: number(last), value: used.value }, { at: length, value: ahead }], { x: "at", y: "value", stroke: "var(--range-narrow)", strokeWidth: 2, strokeDasharray: "3 5" })]),
      Plot.lineY(points, { x: (one) => number(one.day), y: "value", stroke: "var(--range-narrow)", strokeWidth: 2.5 }),
      ...(here ? [
        Plot.ruleX([here], { x: number(here.day), y1: used.low_90, y2: used.high_90, stroke: "var(--ink)", strokeWidth: 1.25, marker: "tick" }),
        Plot.dot([here], { x: number(here.day), y: "value", fill: "var(--range-narrow)", stroke: "var(--surface)", strokeWidth: 2, r: 5 }),
      ] : []),
      Plot.ruleY([budget], { stroke: "var(--bad)", strokeWidth: 1.5, strokeDasharray: "5 4" }),
      Plot.text([budget], { y: (one) => one, frameAnchor: "left", text: () => t("usage.budget.line"), fill: "var(--bad)", textAnchor: "start", dx: 6, dy: -8 }),
      Plot.ruleY([0], { stroke: "var(--edge)" }),
    ],
  });
};

const said = (course, budget) => {
  const places = { share: percent(course.used.value / budget), low: percent(course.used.low_90 / budget), high: percent(course.used.high_90 / budget) };
  const used = t("usage.budget.used", places);
  if (course.reached) return `${used} ${t("usage.budget.reached", { day: dayText(course.reached) })}`;
  if (course.over) return `${used} ${t("usage.budget.kept")}`;
  if (!course.reaches) return used;
  const places2 = { day: dayText(course.reaches), days: course.passed };
  return `${used} ${t(course.reaches <= course.to ? "usage.budget.reaches" : "usage.budget.lasts", places2)}`;
};

export const Budget = ({ view, metric, answer, demo, spoken, onChange }) => {
  const budget = budgetOf(view, metric);
  const days = budgetDays(view);
  const name = t(`metric.${metric.key}`);
  const course = answer && budget > 0 && courseOf({ answer, days, budget, metric });
  return html`
    <section class="card" aria-labelledby="budget">
      <${Head} id="budget" title=${t("usage.budget", { name })} demo=${demo} />
      <div class="budgetform">
        <${Field} id="budget_amount" label=${t("usage.budget.amount")} hint=${t(`usage.budget.unit.${metric.key}`)}>
          <input id="budget_amount" type="number" min="0" step="any" inputmode="decimal" aria-describedby="budget_amount-hint" value=${view[`budget_${metric.key}`]}
            onInput=${(event) => onChange({ [`budget_${metric.key}`]: event.currentTarget.value })} />
        <//>
        <${Field} id="budget_per" label=${t("usage.budget.per")} hint=${daysText(days)}>
          <select id="budget_per" aria-describedby="budget_per-hint" onChange=${(event) => onChange({ budget_per: event.currentTarget.value })}>
            ${["month", "days"].map((one) => html`<option key=${one} value=${one} selected=${one === view.budget_per}>${t(`usage.budget.per.${one}`)}</option>`)}
          </select>
        <//>
      </div>
      ${!(budget > 0) && html`<p class="hint">${t("usage.budget.none")}</p>`}
      ${course && html`
        <p role="status">${said(course, budget)}</p>
        <${Chart} label=${t("usage.budget.drawn", { name, used: amount(course.used.value, metric.unit).text, range: ranged(course.used, metric.unit), budget: amount(budget, metric.unit).text })}
          name=${`wattdrop-${demo ? "demo-" : ""}budget`} draw=${drawn(course, { days, budget, metric })} needs=${[answer, budget, metric.key, spoken]} />
        ${!course.over && html`<p class="hint">${t("usage.budget.plain", { days: course.passed })}</p>`}`}
    </section>
  `;
};
