// Every number: shown in the scale of the reader, saved as the API gave it.
import { html } from "../html.js";
import { amount, span, t } from "../text.js";
import { csv } from "../parts/csv.js";
import { METRICS } from "../parts/metrics.js";
import { saveText } from "../parts/save.js";
import { times } from "./finding.js";

const ENDS = ["low_90", "low_50", "central", "high_50", "high_90"];
const USAGES = METRICS.map((one) => one.usage);
const EVERY = [...USAGES, ...METRICS.map((one) => one.embodied).filter(Boolean)];

const csvOf = (ranked, vary) => {
  const names = EVERY.flatMap((metric) => [...ENDS.map((end) => `${metric}_${end}`), `${metric}_rank`, `${metric}_verdict`, ...ENDS.map((end) => `${metric}_ratio_${end}`)]);
  const lines = ranked.map((one) => [one.name, one.id, ...EVERY.flatMap((metric) => {
    const { rank, verdict, ratio } = one.compared[metric];
    return [...ENDS.map((end) => one.ranges[metric][end]), rank, verdict, ...ENDS.map((end) => ratio?.[end])];
  })]);
  return csv([["name", vary, ...names], ...lines]);
};

const Ratio = ({ one, metric }) => {
  const { ratio, verdict, rank } = one.compared[metric.usage];
  if (rank === 1) return html`<span class="verdict">${t("verdict.least")}</span>`;
  if (!ratio) return html`<span class=${`verdict ${verdict}`}>${t(`verdict.${verdict}`)}</span>`;
  return html`<span class=${`verdict ${verdict}`}>${t(`verdict.${verdict}`)}</span><small>${t("compare.ratio", { times: times(ratio.central), low: times(ratio.low_90), high: times(ratio.high_90) })}</small>`;
};

// Numbers of one column are in one scale, so that they compare.
const Amount = ({ one, ranked, metric: { key, usage, unit } }) => {
  const beside = Math.max(...ranked.map((each) => each.ranges[usage].central));
  const { central, low_90, high_90 } = one.ranges[usage];
  return html`<td role="cell" class="digits"><span class="column">${t(`metric.${key}`)}</span>${amount(central, unit, beside).text}<small>${span(low_90, high_90, unit, beside)}</small></td>`;
};

export const Numbers = ({ ranked, metric, vary }) => html`
  <section class="card" aria-labelledby="numbers">
    <h2 id="numbers">${t("compare.numbers")}</h2>
    <p>${t("compare.numbers.text", { metric: t(`compare.of.${metric.key}`) })}</p>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("compare.numbers")}>
      <table role="table" class="compared">
        <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t(`compare.column.${vary}`)}</th>
          ${METRICS.map((one) => html`<th key=${one.key} scope="col" role="columnheader" class="digits">${t(`metric.${one.key}`)}</th>`)}
          <th scope="col" role="columnheader">${t("compare.against")}</th></tr></thead>
        <tbody role="rowgroup">${ranked.map((one) => html`
          <tr key=${one.id} role="row"><th scope="row" role="rowheader">${one.name}</th>
            ${METRICS.map((each) => html`<${Amount} key=${each.key} one=${one} ranked=${ranked} metric=${each} />`)}
            <td role="cell"><${Ratio} one=${one} metric=${metric} /></td></tr>`)}</tbody>
      </table>
    </div>
    <p class="saves"><button type="button" class="quiet" onClick=${() => saveText(csvOf(ranked, vary), "text/csv", "wattdrop-compare.csv")}>${t("compare.csv")}</button></p>
  </section>
`;
