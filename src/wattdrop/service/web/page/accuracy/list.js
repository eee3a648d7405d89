// The same measurements as a table, by how far the prediction is off; each opens where it stands.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { amount, named, number, span, t } from "../text.js";
import { Pages } from "../parts/pages.js";
import { Facts } from "./measurement.js";
import { worstFirst } from "./view.js";

const AT_ONCE = 10;
const COLUMNS = ["model", "gpu", "batch", "measured", "predicted", "ratio"];
const DIGITS = ["batch", "measured", "predicted", "ratio"];

const Cell = ({ name, children }) => html`<td role="cell" class=${DIGITS.includes(name) ? "digits" : ""} data-label=${t(`accuracy.column.${name}`)}>${children}</td>`;

export const List = ({ shown, opened, onOpen }) => {
  const [worst, setWorst] = useState(true);
  const [offset, setOffset] = useState(0);
  const sorted = shown.toSorted(worst ? worstFirst : (one, other) => worstFirst(other, one));
  return html`
    <section class="card" aria-labelledby="list">
      <h2 id="list">${t("accuracy.list")}</h2>
      <fieldset class="tabs"><legend class="unseen">${t("accuracy.order")}</legend>
        ${[true, false].map((first) => html`<label key=${first}><input type="radio" name="order" checked=${first === worst} onChange=${() => { setWorst(first); setOffset(0); }} /><span>${first ? t("accuracy.order.worst") : t("accuracy.order.best")}</span></label>`)}
      </fieldset>
      <table role="table" class="stacked measured"><thead role="rowgroup"><tr role="row">${COLUMNS.map((name) => html`<th key=${name} scope="col" role="columnheader" class=${DIGITS.includes(name) ? "digits" : ""}>${t(`accuracy.column.${name}`)}</th>`)}</tr></thead>
        <tbody role="rowgroup">${sorted.slice(offset, offset + AT_ONCE).map((one) => html`
          <tr key=${one.id} role="row" class=${one.id === opened?.id ? "opened" : ""}>
            <th scope="row" role="rowheader"><button lang="en" type="button" class="plain" aria-expanded=${one.id === opened?.id} onClick=${() => onOpen(one.id === opened?.id ? undefined : one)}>${one.model}</button><small>${named("task", one.task)} · <span lang="en">${one.source}</span></small></th>
            <${Cell} name="gpu"><span lang="en">${t("form.gpus", { count: one.gpu_count, gpu: one.gpu })}</span><//>
            <${Cell} name="batch">${one.batch === undefined ? t("none") : number(one.batch, { maximumSignificantDigits: 4 })}<//>
            <${Cell} name="measured">${amount(one.measured_wh, "Wh").text}<//>
            <${Cell} name="predicted">${amount(one.predicted_wh, "Wh").text}<small>${span(one.low_90_wh, one.high_90_wh, "Wh", one.predicted_wh)}</small><//>
            <${Cell} name="ratio">${t("accuracy.times", { value: number(one.predicted_to_measured, { maximumSignificantDigits: 3 }) })}<//>
          </tr>
          ${one.id === opened?.id && html`<tr key=${`${one.id}-more`} role="row" class="more"><td role="cell" colspan=${COLUMNS.length}><${Facts} one=${one} /></td></tr>`}`)}</tbody></table>
      <${Pages} offset=${offset} size=${AT_ONCE} count=${shown.length} onMove=${setOffset} />
    </section>
  `;
};
