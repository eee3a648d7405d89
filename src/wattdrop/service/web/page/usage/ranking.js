// Which groups it is: bars from the largest on, each with its range; a name filters everything by it.
import { html } from "../html.js";
import { amount, number, t, tick } from "../text.js";
import { Chart } from "../parts/chart.js";
import { colourOf } from "./colours.js";
import { Head, named, ranged, shared } from "./parts.js";

const ROW = 34;
const LONGEST = 22;
const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const drawn = (groups, { by, metric, order }) => (Plot, width) => {
  const most = Math.max(...groups.map((one) => one[metric.usage].high_90));
  const beside = Math.max(...groups.map((one) => one[metric.usage].value)); // the unit is that of the table
  const keyOf = (one) => one.group[by];
  const longest = Math.max(...groups.map((one) => shortened(named(by, keyOf(one))).length));
  return Plot.plot({
    width, height: 36 + ROW * groups.length, marginLeft: Math.min(width * 0.42, 14 + 6.6 * longest), marginRight: 14, marginTop: 0, marginBottom: 36,
    x: { domain: [0, most || 1], ticks: width < 420 ? 3 : 5, tickFormat: tick(metric.unit, beside), tickSize: 0, grid: true, label: amount(0, metric.unit, beside).unit, labelArrow: "none" },
    y: { domain: groups.map(keyOf), tickSize: 0, label: null, tickFormat: (value) => shortened(named(by, value)) },
    marks: [
      Plot.barX(groups, { y: keyOf, x: (one) => one[metric.usage].value, fill: (one) => `var(--group-${colourOf(order, keyOf(one))})`, insetTop: 6, insetBottom: 6, rx: 3 }),
      Plot.ruleY(groups, { y: keyOf, x1: (one) => one[metric.usage].low_90, x2: (one) => one[metric.usage].high_90, stroke: "var(--ink)", strokeWidth: 1.25, marker: "tick" }),
    ],
  });
};

export const Ranking = ({ ranked, total, by, metric, order, only, demo, spoken, onOnly, onMore }) => {
  const { groups } = ranked;
  const sum = total[metric.usage].value;
  const name = t(`metric.${metric.key}`);
  const most = Math.max(0, ...groups.map((one) => one[metric.usage].value));
  return html`
    <section class="card" aria-labelledby="ranking">
      <${Head} id="ranking" title=${t("usage.ranking", { name, by: t(`usage.by.${by}`) })} demo=${demo} />
      <div class="ranking">
        <div><${Chart} label=${t("usage.ranking.drawn", { name, by: t(`usage.by.${by}`) })} name=${`wattdrop-${demo ? "demo-" : ""}ranking`}
          draw=${drawn(groups, { by, metric, order })} needs=${[ranked, metric.key, spoken]} /></div>
        <div class="scroll" tabindex="0" role="group" aria-label=${t("usage.ranking.table")}>
          <table role="table" class="ranks">
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t(`usage.group.${by}`)}</th><th scope="col" role="columnheader" class="digits">${name}</th><th scope="col" role="columnheader" class="digits">${t("usage.share")}</th><th scope="col" role="columnheader" class="digits">${t("usage.requests")}</th></tr></thead>
            <tbody role="rowgroup">${groups.map((one) => html`
              <tr key=${one.group[by]} role="row">
                <th scope="row" role="rowheader"><i class=${`swatch group-${colourOf(order, one.group[by])}`}></i>${by in only
                  ? named(by, one.group[by])
                  : html`<button type="button" class="link" title=${t("usage.only", { group: t(`usage.group.${by}`), value: named(by, one.group[by]) })} onClick=${() => onOnly(by, one.group[by])}>${named(by, one.group[by])}</button>`}</th>
                <td role="cell" class="digits">${one[metric.usage].value > 0 ? html`${amount(one[metric.usage].value, metric.unit, most).text}<small>${ranged(one[metric.usage], metric.unit, most)}</small>` : t("none")}</td>
                <td role="cell" class="digits">${sum > 0 ? shared(one[metric.usage].value / sum) : t("none")}</td>
                <td role="cell" class="digits">${number(one.rows, {})}</td></tr>`)}</tbody>
          </table>
        </div>
      </div>
      ${groups.length < ranked.group_count && html`<p class="more"><span class="hint">${t("usage.shown", { shown: number(groups.length, {}), all: number(ranked.group_count, {}) })}</span> <button type="button" onClick=${onMore}>${t("usage.more")}</button></p>`}
    </section>
  `;
};
