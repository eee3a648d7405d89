// One entity: what is said of it, each figure with range, basis and source, and the sources in full.
import { html } from "../html.js";
import { has, named, number, t } from "../text.js";
import { Cited, Sources, numbersOf } from "../parts/sources.js";
import { Own } from "./own.js";

const FAR = 1e9; // what is larger, or as much smaller than one, is written as a power of ten
const precise = (value) => number(value, {
  maximumSignificantDigits: 4, notation: value !== 0 && (Math.abs(value) >= FAR || Math.abs(value) < 1 / FAR) ? "scientific" : "standard",
});
const valued = (one) => (one.unit === "year" ? one.value : precise(one.value));
const unit = (name) => (["1", "year"].includes(name) ? "" : has(`unit.${name}`) ? t(`unit.${name}`) : name);

export const Entity = ({ entity, ...own }) => {
  const numbers = numbersOf(entity.sources);
  return html`
    <article class="card" aria-labelledby="entity">
      <h2 id="entity" class="name" tabindex="-1">${entity.name}</h2>
      <p class="hint"><code>${entity.id}</code> <${Cited} ids=${entity.source_ids} numbers=${numbers} /></p>
      <${Own} entity=${entity} ...${own} />
      ${entity.note && html`<p lang="en">${entity.note}</p>`}
      <dl class="facts">${Object.entries(entity.texts).map(([field, text]) => html`<div key=${field}><dt>${named("fact", field)}</dt><dd>${named(field === "task" ? "task" : "fact.is", text)}</dd></div>`)}</dl>
      ${entity.names.length > 0 && html`<details><summary>${t("entity.names", { count: entity.names.length })}</summary><p class="names">${entity.names.join(", ")}</p></details>`}
    </article>
    ${entity.figures.length > 0 && html`<section class="card" aria-labelledby="figures">
      <h2 id="figures">${t("entity.figures")}</h2>
      <div class="scroll" tabindex="0" role="group" aria-label=${t("entity.figures")}>
        <table role="table" class="figures"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t("entity.quantity")}</th><th scope="col" role="columnheader" class="digits">${t("entity.value")}</th><th scope="col" role="columnheader" class="digits">${t("entity.range")}</th><th scope="col" role="columnheader">${t("assumed.basis")}</th><th scope="col" role="columnheader">${t("entity.sources")}</th></tr></thead>
          <tbody role="rowgroup">${entity.figures.map((one) => html`
            <tr key=${one.quantity} role="row"><th scope="row" role="rowheader" lang="en">${one.meaning}<small>${one.quantity}${one.note && html`: ${one.note}`}</small></th>
              <td role="cell" class="digits">${valued(one)} ${unit(one.unit)}</td>
              <td role="cell" class="digits">${one.low === undefined ? t("none") : t("range", { low: precise(one.low), high: precise(one.high), unit: "" })}</td>
              <td role="cell"><span class=${`basis ${one.basis}`}>${named("basis", one.basis)}</span>${one.valid_from && html`<small>${t("entity.from", { year: one.valid_from })}</small>`}</td>
              <td role="cell"><${Cited} ids=${one.source_ids} numbers=${numbers} /></td></tr>`)}</tbody></table>
      </div>
    </section>`}
    <section class="card" aria-labelledby="sources">
      <h2 id="sources">${t("entity.sources")}</h2>
      <${Sources} sources=${entity.sources} />
    </section>
  `;
};
