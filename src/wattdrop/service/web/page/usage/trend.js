// How it went: a bar for each period, stacked by group, with the range of its total; each leads into its days.
import { html } from "../html.js";
import { amount, number, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { colourOf, COLOURS } from "./colours.js";
import { periodText, periodTick } from "./days.js";
import { Head, named, ranged } from "./parts.js";

const OTHER = "\u0000"; // no group is called so

// For each period its total and the parts of the largest groups; what is left of the total is the others'.
const barsOf = (periods, period, totals, split, by, metric, order) => {
  const totalOf = new Map(totals.groups.map((one) => [one.group[period], one]));
  const partsOf = Map.groupBy(split.groups, (one) => one.group[period]);
  return periods.map((one) => {
    const total = totalOf.get(one.key);
    const parts = order.map((group) => ({
      period: one.key, group, value: partsOf.get(one.key)?.find((part) => part.group[by] === group)?.[metric.usage].value ?? 0,
    }));
    const left = (total?.[metric.usage].value ?? 0) - parts.reduce((sum, part) => sum + part.value, 0);
    const others = total && left > total[metric.usage].value * 1e-9 ? [{ period: one.key, group: OTHER, value: left }] : [];
    return { ...one, total, amount: total?.[metric.usage], parts: [...parts.filter((part) => part.value > 0), ...others] };
  });
};

const drawn = (bars, { period, metric, order, budget, onChoose }) => (Plot, width) => {
  const most = Math.max(budget ?? 0, ...bars.map((one) => one.amount?.high_90 ?? 0));
  const every = Math.ceil(bars.length / Math.max(2, Math.floor(width / 76)));
  const ticks = bars.filter((_, at) => at % every === 0).map((one) => one.key);
  const byKey = new Map(bars.map((one) => [one.key, one]));
  const filled = bars.filter((one) => one.amount);
  const drawing = Plot.plot({
    width, height: 300, marginLeft: 52, marginRight: 8, marginTop: 26, marginBottom: 30,
    x: { domain: bars.map((one) => one.key), ticks, tickSize: 0, label: null, padding: bars.length > 20 ? 0.2 : 0.35, tickFormat: (key) => periodTick(byKey.get(key), period) },
    y: { domain: [0, most * 1.04 || 1], ticks: 5, tickFormat: tick(metric.unit, most), label: amount(0, metric.unit, most).unit, labelArrow: "none", labelAnchor: "top", tickSize: 0, grid: true },
    marks: [
      Plot.barY(bars.flatMap((one) => one.parts), Plot.stackY({ order: [...order, OTHER] }, {
        x: "period", y: "value", z: "group", fill: (one) => `var(--group-${colourOf(order, one.group)})`, insetBottom: 0.5,
      })),
      Plot.ruleX(filled, { x: "key", y1: (one) => one.amount.low_90, y2: (one) => one.amount.high_90, stroke: "var(--ink)", strokeWidth: 1.25, marker: "tick" }),
      ...(budget ? [
        Plot.ruleY([budget], { stroke: "var(--bad)", strokeWidth: 1.5, strokeDasharray: "5 4" }),
        Plot.text([budget], { y: (one) => one, frameAnchor: "right", text: () => t("usage.budget.line"), fill: "var(--bad)", textAnchor: "end", dy: -7 }),
      ] : []),
      Plot.ruleY([0], { stroke: "var(--edge)" }),
      Plot.barY(bars, { x: "key", y1: 0, y2: most * 1.04 || 1, fill: "transparent", ariaLabel: () => "period", title: (one) => `${periodText(one, period)}\n${one.amount ? `${amount(one.amount.value, metric.unit).text} (${ranged(one.amount, metric.unit)})` : t("usage.nothing")}` }),
    ],
  });
  drawing.querySelectorAll("rect[aria-label=period]").forEach((rect, at) => {
    rect.classList.add("period");
    rect.addEventListener("click", () => onChoose(bars[at]));
  });
  return drawing;
};

export const Trend = ({ totals, split, periods, period, by, metric, budget, demo, spoken, onChoose }) => {
  const order = split.order.slice(0, COLOURS);
  const bars = barsOf(periods, period, totals, split, by, metric, order);
  const others = bars.some((one) => one.parts.some((part) => part.group === OTHER));
  const name = t(`metric.${metric.key}`);
  return html`
    <section class="card" aria-labelledby="trend">
      <${Head} id="trend" title=${t("usage.trend", { name, period: t(`usage.per.${period}`) })} demo=${demo} />
      <ul class="legend">
        ${order.map((group, at) => html`<li key=${group}><i class=${`swatch group-${at}`}></i>${named(by, group)}</li>`)}
        ${others && html`<li><i class="swatch group-other"></i>${t("usage.others")}</li>`}
        <li><i class="whisker"></i>${t("usage.whisker")}</li>
      </ul>
      <${Chart} label=${t("usage.trend.drawn", { name, period: t(`usage.per.${period}`), by: t(`usage.by.${by}`) })} name=${`wattdrop-${demo ? "demo-" : ""}trend`}
        draw=${drawn(bars, { period, metric, order, budget, onChoose })} needs=${[totals, split, metric.key, budget, spoken]} />
      <details>
        <summary>${t("usage.trend.table")}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${t("usage.trend.table")}>
          <table>
            <thead><tr><th scope="col">${t(`usage.period.${period}`)}</th><th scope="col" class="digits">${name}</th><th scope="col" class="digits">${t("usage.range")}</th><th scope="col" class="digits">${t("usage.requests")}</th></tr></thead>
            <tbody>${bars.map((one) => html`
              <tr key=${one.key}><th scope="row"><button type="button" class="link" onClick=${() => onChoose(one)}>${periodText(one, period)}</button></th>
                <td class="digits">${one.amount ? amount(one.amount.value, metric.unit).text : t("none")}</td>
                <td class="digits">${one.amount ? ranged(one.amount, metric.unit) : t("none")}</td>
                <td class="digits">${number(one.total?.rows ?? 0, {})}</td></tr>`)}</tbody>
          </table>
        </div>
      </details>
    </section>
  `;
};
