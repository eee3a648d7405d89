// The comparison: what is asked on one side, which candidate takes how much and how sure that is on the other.
import { useEffect, useMemo, useState } from "preact/hooks";
import { html } from "../html.js";
import { choices, compare, models } from "../api.js";
import { t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem } from "../parts/answer.js";
import { useLatest } from "../parts/latest.js";
import { useFields } from "../parts/task.js";
import { bare, nameOf } from "./candidates.js";
import { Form } from "./form.js";
import { EXAMPLES, fromLocation, isAnswerable, modelOf, rowOf, toLocation } from "./question.js";
import { Result } from "./result.js";

const PAUSE_MS = 150;

// The names of models that were chosen by an id, however it is spelled, as the service tells them.
const useNames = (ids, ready) => {
  const [names, setNames] = useState({});
  useEffect(() => {
    if (!ready) return;
    for (const id of ids.filter((one) => !(one in names))) {
      models(id).then(([found]) => found && bare(found.id) === bare(id) && setNames((known) => ({ ...known, [id]: found.name ?? id })), () => {});
    }
  }, [ids.join("\n"), ready]);
  return names;
};

export const Compare = ({ known, ready, onKeyEnded, spoken }) => {
  const [question, setQuestion] = useAddress(() => fromLocation(location.search));
  const [offered, setOffered] = useState({ tasks: [], services: [], regions: [], countries: [] });
  useEffect(() => { choices().then(setOffered, () => {}); }, []);

  const { vary, chosen, work } = question;
  const { ofModel, fields } = useFields({ ...work, model_id: modelOf(question) }, offered, ready);
  const names = useNames(vary === "models" ? chosen : [], ready);
  const asked = useMemo(() => [...fields.asked, ...fields.more], [fields]);
  const rows = chosen.map((value) => rowOf(question, value, asked));
  const askable = ready && isAnswerable(question);
  const ask = async (signal) => {
    const answers = await compare(rows, signal);
    return { question, answers: answers.map((one, at) => ({ ...one, id: chosen[at], row: rows[at] })) };
  };
  const { answer, error, waiting } = useLatest(askable && ask, PAUSE_MS, [JSON.stringify([rows, vary]), askable]);
  useEffect(() => { if (error?.status === 401) onKeyEnded(); }, [error]);

  const change = (changes) => {
    const next = { ...question, ...changes };
    setQuestion(next);
    history.replaceState(null, "", toLocation(next));
  };
  const start = (search) => {
    history.pushState(null, "", search);
    setQuestion(fromLocation(search));
  };
  const named = (value, kind = vary) => nameOf(kind, value, offered, names);
  const told = answer?.answers.map((one) => ({ ...one, name: named(one.id, answer.question.vary) }));
  const errors = Object.fromEntries((told ?? []).filter((one) => one.error).map((one) => [one.id, one.error]));
  return html`
    <div class="title"><h1>${t("compare.heading")}</h1><p>${t("compare.lead")}</p></div>
    <div class="calculator">
      <${Form} question=${question} offered=${offered} fields=${fields} ofModel=${ofModel} nameOf=${named} errors=${errors} onChange=${change} />
      <section class="results" aria-label=${t("result.label")} aria-busy=${Boolean(waiting)}>
        <${Problem} error=${error} />
        ${told && html`<${Result} told=${told} question=${{ ...answer.question, metric: question.metric }} asked=${asked} spoken=${spoken} onMetric=${(metric) => change({ metric })} />`}
        ${waiting && !told && html`<p class="card empty" role="status">${t("compare.waiting", { count: chosen.length })}</p>`}
        ${known && !told && !error && !waiting && html`<${Empty} onStart=${start} ready=${ready} question=${question} />`}
      </section>
    </div>
  `;
};

const missing = ({ vary, work, chosen }) => {
  if (vary !== "models" && work.model_id === "" && chosen.length > 0) return "compare.empty.model";
  return chosen.length === 1 ? "compare.empty.one" : "compare.empty.text";
};

const Empty = ({ onStart, ready, question }) => html`
  <div class="card empty">
    <h2>${t("compare.empty.title")}</h2>
    <p>${ready ? t(missing(question)) : t("compare.empty.key")}</p>
    <p class="examples">${EXAMPLES.map((one) => html`<button key=${one.key} type="button" disabled=${!ready} onClick=${() => onStart(one.search)}>${t(`compare.example.${one.key}`)}</button>`)}</p>
  </div>
`;
