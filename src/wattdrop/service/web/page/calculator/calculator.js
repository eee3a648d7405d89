// The calculator: a form on one side, what the API answers to it on the other, at every change.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { choices, estimate } from "../api.js";
import { t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem } from "../parts/answer.js";
import { useLatest } from "../parts/latest.js";
import { useFields } from "../parts/task.js";
import { fromAddress, toAddress, toRow } from "../parts/work.js";
import { EXAMPLES } from "./examples.js";
import { Form } from "./form.js";
import { Result } from "./result.js";

const PAUSE_MS = 20; // a slider that is dragged asks for its last place only

export const Calculator = ({ known, ready, onKeyEnded, spoken }) => {
  const [work, setWork] = useAddress(() => fromAddress(location.search));
  const [offered, setOffered] = useState({ tasks: [], services: [], regions: [], countries: [] });
  useEffect(() => { choices().then(setOffered, () => {}); }, []);

  const { ofModel, fields } = useFields(work, offered, ready);
  const row = toRow(work, [...fields.asked, ...fields.more]);
  const askable = ready && row.model_id;
  const ask = async (signal) => ({ impact: await estimate(row, signal), row });
  const { answer, error, waiting } = useLatest(askable && ask, PAUSE_MS, [JSON.stringify(row), ready]);
  const { impact, row: answered } = answer ?? {};
  useEffect(() => { if (error?.status === 401) onKeyEnded(); }, [error]);

  const change = (changes) => {
    const next = { ...work, ...changes };
    setWork(next);
    history.replaceState(null, "", toAddress(next) || location.pathname);
  };
  const start = (search) => {
    history.pushState(null, "", search);
    setWork(fromAddress(search));
  };
  return html`
    <div class="title"><h1>${t("calculator.heading")}</h1><p>${t("calculator.lead")}</p></div>
    <div class="calculator">
      <${Form} work=${work} offered=${offered} fields=${fields} ofModel=${ofModel} error=${error} onChange=${change} />
      <section class="results" aria-label=${t("result.label")} aria-busy=${Boolean(waiting)}>
        <${Problem} error=${error} />
        ${impact && html`<${Result} impact=${impact} row=${answered} spoken=${spoken} />`}
        ${known && !impact && (!error || error.field) && !waiting && html`<${Empty} onStart=${start} ready=${ready} />`}
      </section>
    </div>
  `;
};

const Empty = ({ onStart, ready }) => html`
  <div class="card empty">
    <h2>${t("empty.title")}</h2>
    <p>${t(ready ? "empty.text" : "empty.key")}</p>
    <p class="examples">${EXAMPLES.map((one) => html`<button key=${one.key} type="button" disabled=${!ready} onClick=${() => onStart(one.search)}>${t(`empty.${one.key}`)}</button>`)}</p>
  </div>
`;
