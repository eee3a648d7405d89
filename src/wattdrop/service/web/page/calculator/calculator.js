// The calculator: a form on one side, what the API answers to it on the other, at every change.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { ApiError, choices, estimate } from "../api.js";
import { t } from "../text.js";
import { Problem } from "../parts/answer.js";
import { useFields } from "../parts/task.js";
import { fromAddress, toAddress, toRow } from "../parts/work.js";
import { EXAMPLES } from "./examples.js";
import { Form } from "./form.js";
import { Result } from "./result.js";

const PAUSE_MS = 20; // a slider that is dragged asks for its last place only

const useImpact = (row, ready, onKeyEnded) => {
  const [told, setTold] = useState({});
  const text = JSON.stringify(row);
  useLayoutEffect(() => { // before the next frame: the answer is awaited
    if (!ready || !row.model_id) return setTold({});
    const controller = new AbortController();
    setTold((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(async () => {
      try {
        setTold({ impact: await estimate(row, controller.signal), row });
      } catch (error) {
        if (!(error instanceof ApiError)) return; // the next change has taken its place
        if (error.status === 401) onKeyEnded();
        else setTold({ error });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, ready]);
  return told;
};

export const Calculator = ({ known, ready, onKeyEnded, spoken }) => {
  const [work, setWork] = useState(() => fromAddress(location.search));
  const [offered, setOffered] = useState({ tasks: [], services: [], regions: [], countries: [] });
  useEffect(() => { choices().then(setOffered, () => {}); }, []);
  useEffect(() => {
    const back = () => setWork(fromAddress(location.search));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);

  const { ofModel, fields } = useFields(work, offered, ready);
  const row = toRow(work, [...fields.asked, ...fields.more]);
  const { impact, row: answered, error, waiting } = useImpact(row, ready, onKeyEnded);

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
