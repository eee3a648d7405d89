// What is asked: what varies, the candidates, and the work that is the same for all of them.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { country, t } from "../text.js";
import { Combobox } from "../parts/combobox.js";
import { Field } from "../parts/field.js";
import { NOWHERE, findModels, findNodes, matching, places } from "../parts/offers.js";
import { OnMap } from "../parts/on_map.js";
import { WorkFields, workSlider } from "../parts/work_fields.js";
import { KNOWN_MORE } from "../parts/work.js";
import { Candidates } from "./candidates.js";
import { KINDS, VARIED, dayOf, isAnswerable, varying } from "./question.js";

const isWide = matchMedia("(min-width: 960px)").matches;
const noWrong = () => ""; // what is wrong stands beside the candidate that it is wrong for

export const Form = ({ question, offered, fields, ofModel, nameOf, errors, onChange }) => {
  const { work, vary, chosen } = question;
  const [unfolded] = useState(isWide || !isAnswerable(question)); // on a phone the answer comes first, once there is one
  const varies = (name) => VARIED[vary].includes(name);
  const set = (changes) => onChange({ work: { ...work, ...changes } });
  const everywhere = places(offered);
  const slider = workSlider(work, noWrong, set);
  return html`
    <form class="card form" onSubmit=${(event) => event.preventDefault()}>
      <fieldset class="tabs"><legend>${t("compare.vary")}</legend>
        ${KINDS.map((kind) => html`<label key=${kind}><input type="radio" name="vary" checked=${kind === vary} onChange=${() => onChange(varying(kind, question))} /><span>${t(`compare.vary.${kind}`)}</span></label>`)}
      </fieldset>
      <${Candidates} key=${vary} vary=${vary} chosen=${chosen} offered=${offered} nameOf=${nameOf} errors=${errors} onChange=${(next) => onChange({ chosen: next })} />
      <details open=${unfolded}>
        <summary><h2>${t("compare.work")}</h2></summary>
        ${!varies("model_id") && html`<${Combobox} id="model_id" label=${t("field.model_id")} hint=${t("hint.model_id")} value=${work.model_id}
          placeholder=${t("placeholder.model_id")} search=${findModels} onChoose=${(value) => set({ model_id: value })} />`}
        <${WorkFields} work=${work} offered=${offered} fields=${fields} ofModel=${ofModel} wrong=${noWrong} onChange=${set} />
        ${varies("utc_datetime") && html`<${Field} id="day" label=${t("compare.day")} hint=${t("compare.day.hint")}>
          <input id="day" type="date" value=${dayOf(work)} aria-describedby="day-hint" onInput=${(event) => set({ utc_datetime: event.currentTarget.value && `${event.currentTarget.value}T00:00` })} /><//>`}
        ${!varies("country") && html`<${Combobox} id="place" label=${t("field.place")} hint=${t("hint.place")} placeholder=${t("placeholder.usual")}
          value=${work.cloud_region || (work.country && country(work.country)) || ""} search=${async (text) => matching(everywhere, text)}
          onChoose=${(value) => set(everywhere.find((one) => one.value === value)?.fields ?? { ...NOWHERE, cloud_region: value })} />
          <${OnMap} chosen=${work} onChoose=${(place) => set({ ...NOWHERE, ...place })} />`}
      </details>
      <details open=${[...KNOWN_MORE, ...fields.more, "managed_service_id", "node_id", "utc_datetime"].some((name) => !varies(name) && work[name] !== "")}>
        <summary>${t("form.more")}</summary>
        <p class="hint">${t("form.more.why")}</p>
        ${!varies("managed_service_id") && html`<${Combobox} id="managed_service_id" label=${t("field.managed_service_id")} hint=${t("hint.managed_service_id")} value=${work.managed_service_id}
          placeholder=${t("placeholder.usual")} onChoose=${(value) => set({ managed_service_id: value })}
          search=${async (text) => matching(offered.services.map((one) => ({ value: one.id, label: one.name, detail: one.id })), text)} />`}
        <${Combobox} id="node_id" label=${t("field.node_id")} hint=${t("hint.node_id")} value=${work.node_id} placeholder=${t("placeholder.usual")}
          search=${findNodes} onChoose=${(value) => set({ node_id: value })} />
        ${!varies("utc_datetime") && html`<${Field} id="utc_datetime" label=${t("field.utc_datetime")} hint=${t("hint.utc_datetime")}>
          <input id="utc_datetime" type="datetime-local" value=${work.utc_datetime} aria-describedby="utc_datetime-hint" onInput=${(event) => set({ utc_datetime: event.currentTarget.value.slice(0, 16) })} /><//>`}
        ${[...fields.more, ...KNOWN_MORE].map(slider)}
      </details>
    </form>
  `;
};
