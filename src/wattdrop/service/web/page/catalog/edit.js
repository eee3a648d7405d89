// The form of an entry of one's own: a new one, one like another, or a change of one that is there.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { choices, object } from "../api.js";
import { has, named, t } from "../text.js";
import { Problem, Said, useAnswer } from "../parts/answer.js";
import { Combobox } from "../parts/combobox.js";
import { Field, described } from "../parts/field.js";
import { findGpus, findModels } from "../parts/offers.js";
import { FIELDS, empty, fieldOf, likeIt, toBody, toTexts } from "./fields.js";

const FOUND_BY = { model: findModels, gpu: findGpus };

const begun = (kind, how, from) => (how === "new" ? empty(kind) : how === "like" ? { ...empty(kind), ...likeIt(kind, from) } : toTexts(kind, from));

// One field. A text that is taken away stays in the service: its API replaces values and unsets none.
const One = ({ field, value, before, error, tasks, fixed, onChange }) => {
  const { name, as, unit, needed } = field;
  const stays = before !== undefined && before !== "" && value === "";
  const hint = stays ? t("edit.stays", { value: before }) : has(`edithint.${name}`) ? t(`edithint.${name}`) : "";
  const label = [t(`object.${name}`), unit && `(${unit})`, needed && "*"].filter(Boolean).join(" ");
  const id = `edit-${name}`;
  const wrong = error && html`<${Said} error=${error} />`;
  const describedBy = described(id, hint, wrong);
  if (FOUND_BY[as]) return html`<${Combobox} id=${id} label=${label} hint=${hint} error=${wrong} value=${value} search=${FOUND_BY[as]} onChoose=${onChange} />`;
  return html`
    <${Field} id=${id} label=${label} hint=${hint} error=${wrong}>
      ${as === "switch" ? html`<input id=${id} type="checkbox" checked=${value} aria-describedby=${describedBy} onChange=${(event) => onChange(event.currentTarget.checked)} />`
        : as === "task" ? html`<select id=${id} value=${value} aria-describedby=${describedBy} onChange=${(event) => onChange(event.currentTarget.value)}>
          <option value="" selected=${!value}>${t("edit.notask")}</option>
          ${tasks.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === value}>${named("task", one.id)}</option>`)}</select>`
        : html`<input id=${id} type="text" inputmode=${as === "number" ? "decimal" : undefined} autocomplete="off" spellcheck=${false} value=${value} readonly=${fixed}
          required=${needed} aria-invalid=${Boolean(wrong)} aria-describedby=${describedBy} onInput=${(event) => onChange(event.currentTarget.value)} />`}
    <//>
  `;
};

const Form = ({ kind, how, from, tasks, onDone, onLeave, onKeyEnded }) => {
  const before = how === "change" ? toTexts(kind, from) : undefined;
  const [texts, setTexts] = useState(() => begun(kind, how, from));
  const latest = useRef(texts); // Enter in a list chooses and sends at once, before anything is drawn anew
  const [error, setError] = useState();
  const wrong = fieldOf(error);
  useEffect(() => { // the first field that can be filled in; an id cannot change
    const [one, other] = FIELDS[kind].first;
    document.getElementById(`edit-${how === "change" && one.name === "id" ? other.name : one.name}`).focus({ preventScroll: true });
    document.getElementById("edit").scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => { if (wrong) document.getElementById(`edit-${wrong}`)?.focus(); }, [error]);

  const send = async (event) => {
    event.preventDefault();
    const body = toBody(kind, latest.current, before);
    try {
      const kept = how === "change" ? await object.change(kind, from.id, body) : await object.create(kind, body);
      onDone(kept.id);
    } catch (failed) {
      if (failed.status === 401) onKeyEnded();
      setError(failed);
    }
  };
  const set = (name) => (value) => setTexts(latest.current = { ...latest.current, [name]: value });
  const one = (field) => html`<${One} key=${field.name} field=${field} value=${texts[field.name]} before=${before?.[field.name]} tasks=${tasks}
    error=${wrong === field.name && error} fixed=${before && field.name === "id"} onChange=${set(field.name)} />`;
  const { first, more } = FIELDS[kind];
  const said = (field) => texts[field.name] !== (field.begin ?? "");
  return html`
    <form class="card form" noValidate onSubmit=${send}>
      <h2 id="edit">${t(`edit.${how}`, { kind: t(`kindof.${kind}`), name: from?.name ?? from?.id ?? "" })}</h2>
      <p class="hint">${t("edit.needed")} ${how === "like" && kind === "models" && t("edit.sizes", { name: from.id })}</p>
      ${error && !document.getElementById(`edit-${wrong}`) && html`<${Problem} error=${error} />`}
      <div class="fields">${first.map(one)}</div>
      <details open=${more.some((field) => said(field) || field.name === wrong)}>
        <summary>${t("edit.more")}</summary>
        <p class="hint">${t("edit.filled")}</p>
        <div class="fields">${more.map(one)}</div>
      </details>
      <p class="beside"><button type="submit" class="main">${t("edit.keep")}</button><button type="button" onClick=${onLeave}>${t("cancel")}</button></p>
    </form>
  `;
};

export const Edit = ({ kind, how, id, onDone, onLeave, onKeyEnded }) => {
  const { answer: offered } = useAnswer(choices, []);
  const { answer: from, error } = useAnswer(() => how !== "new" && object.read(kind, id), [kind, how, id]);
  const there = offered && (how === "new" || from);
  return html`
    <${Problem} error=${error} />
    ${there && html`<${Form} kind=${kind} how=${how} from=${from} tasks=${offered.tasks} onDone=${onDone} onLeave=${onLeave} onKeyEnded=${onKeyEnded} />`}
  `;
};
