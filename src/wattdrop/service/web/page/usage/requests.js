// Requests one by one, a page at a time; what belongs together (a trace, a session) with its sum.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { usageRows } from "../api.js";
import { amount, number, t } from "../text.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { momentText } from "./days.js";
import { Head, named, ranged } from "./parts.js";
import { asked, sortOf, whose } from "./view.js";

const AT_ONCE = 10;
const LONGEST = 16;
// Names of traces are long, and alike at the beginning.
const ending = (name) => (name.length > LONGEST ? `…${name.slice(-LONGEST + 1)}` : name);

const askedRows = (view, after) => ({
  ...(view.together ? { ...whose(view), [view.together[0]]: view.together[1] } : asked(view)),
  ...(view.failed ? { failed: "true" } : {}),
  sort: view.failed && view.sort === "largest" ? "newest" : sortOf(view), limit: AT_ONCE, ...(after ? { after } : {}),
});

const Row = ({ one, metric, onRow, onTogether }) => html`
  <tr role="row">
    <th scope="row" role="rowheader"><button type="button" class="link" onClick=${() => onRow(one.request_id)}>${momentText(one.at)}</button><small>${one.project_id ?? ""}</small></th>
    <td role="cell">${one.error ? html`<span class="bad">${one.error}</span>` : one.model_id}<small>${[one.task && named("task", one.task), one.region].filter(Boolean).join(" · ")}</small></td>
    <td role="cell" class="digits">${number(one.input_tokens ?? 0, {})}<small>${t("usage.out", { count: number(one.output_tokens ?? 0, {}) })}</small></td>
    <td role="cell" class="digits">${one[metric.usage] ? html`${amount(one[metric.usage].value, metric.unit).text}<small>${ranged(one[metric.usage], metric.unit)}</small>` : t("none")}</td>
    <td role="cell">${one.trace_id ? html`<button type="button" class="link" title=${one.trace_id} onClick=${() => onTogether("trace_id", one.trace_id)}>${ending(one.trace_id)}</button>` : t("none")}</td>
  </tr>
`;

export const Requests = ({ view, metric, demo, onRow, onTogether, onSort, onFailed, onTotal }) => {
  const [places, setPlaces] = useState([""]); // where each page up to this one begins
  const question = JSON.stringify(askedRows(view));
  useEffect(() => setPlaces([""]), [question]);
  const after = places.at(-1);
  const { answer, error } = useAnswer(() => usageRows(askedRows(view, after)), [question, after]);
  useEffect(() => { if (answer && onTotal) onTotal(answer.total); }, [answer]);
  return html`
    <section class="card" aria-labelledby="requests">
      <${Head} id="requests" title=${t(view.failed ? "usage.failed" : "usage.requests")} demo=${demo}>
        ${view.failed
          ? html`<button type="button" class="quiet" onClick=${() => onFailed(false)}>${t("usage.failed.all")}</button>`
          : html`<label class="choice"><span class="unseen">${t("usage.sort")}</span><select onChange=${(event) => onSort(event.currentTarget.value)}>
            ${["newest", "oldest", "largest"].map((name) => html`<option key=${name} value=${name} selected=${name === view.sort}>${t(`usage.sort.${name}`)}</option>`)}</select></label>`}
      <//>
      <${Problem} error=${error} />
      ${answer?.rows.length === 0 && html`<p>${t("usage.nothing")}</p>`}
      ${answer?.rows.length > 0 && html`
        <div class="scroll" tabindex="0" role="group" aria-label=${t("usage.requests")}>
          <table role="table" class="requests">
            <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t("usage.time")}</th><th scope="col" role="columnheader">${t("usage.group.model")}</th><th scope="col" role="columnheader" class="digits">${t("usage.tokens")}</th><th scope="col" role="columnheader" class="digits">${t(`metric.${metric.key}`)}</th><th scope="col" role="columnheader">${t("usage.trace")}</th></tr></thead>
            <tbody role="rowgroup">${answer.rows.map((one) => html`<${Row} key=${one.request_id} one=${one} metric=${metric} onRow=${onRow} onTogether=${onTogether} />`)}</tbody>
          </table>
        </div>
        ${(answer.next || places.length > 1) && html`<p class="pages">
          <button type="button" disabled=${places.length === 1} onClick=${() => setPlaces(places.slice(0, -1))}>${t("catalog.before")}</button>
          <button type="button" disabled=${!answer.next} onClick=${() => setPlaces([...places, answer.next])}>${t("catalog.after")}</button></p>`}`}
    </section>
  `;
};
