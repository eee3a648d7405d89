// What is asked: the model, the work, where and when, and whatever else somebody knows.
import { html } from "../html.js";
import { country, t } from "../text.js";
import { Said } from "../parts/answer.js";
import { Combobox } from "../parts/combobox.js";
import { Field, described } from "../parts/field.js";
import { NOWHERE, findModels, findNodes, matching, places } from "../parts/offers.js";
import { OnMap } from "../parts/on_map.js";
import { WorkFields, workSlider } from "../parts/work_fields.js";
import { KNOWN_MORE, PRECISIONS } from "../parts/work.js";

const WHERE = ["managed_service_id", "node_id", "cloud_region", "country", "utc_datetime"];
const unfolded = matchMedia("(min-width: 960px)").matches; // on a phone the answer comes first

export const Form = ({ work, offered, fields, ofModel, error, onChange }) => {
  const isAbout = (name) => error?.field === name || (name.endsWith("_images") && error?.field?.startsWith(name));
  const wrong = (name) => isAbout(name) && html`<${Said} error=${error} />
    ${error.candidates.map((one) => html`<button key=${one} type="button" class="quiet nearest" onClick=${() => onChange({ [name]: one })}>${one}</button>`)}`;
  const set = (name) => (value) => onChange({ [name]: value });
  const everywhere = places(offered);
  const slider = workSlider(work, wrong, onChange);
  const shownPlace = work.cloud_region || (work.country && country(work.country)) || "";
  return html`
    <form class="card form" onSubmit=${(event) => event.preventDefault()}>
      <${Combobox} id="model_id" label=${t("field.model_id")} hint=${t("hint.model_id")} error=${wrong("model_id")} value=${work.model_id}
        placeholder=${t("placeholder.model_id")} search=${findModels} onChoose=${set("model_id")} />
      <${WorkFields} work=${work} offered=${offered} fields=${fields} ofModel=${ofModel} wrong=${wrong} onChange=${onChange} />
      <details open=${unfolded || WHERE.some((name) => work[name] !== "")}>
        <summary>${t("form.where")}</summary>
        <${Combobox} id="managed_service_id" label=${t("field.managed_service_id")} hint=${t("hint.managed_service_id")} error=${wrong("managed_service_id")}
          value=${work.managed_service_id} placeholder=${t("placeholder.usual")} onChoose=${set("managed_service_id")}
          search=${async (text) => matching(offered.services.map((one) => ({ value: one.id, label: one.name, detail: one.id })), text)} />
        <${Combobox} id="node_id" label=${t("field.node_id")} hint=${t("hint.node_id")} error=${wrong("node_id")} value=${work.node_id}
          placeholder=${t("placeholder.usual")} search=${findNodes} onChoose=${set("node_id")} />
        <${Combobox} id="place" label=${t("field.place")} hint=${t("hint.place")} error=${wrong("country") || wrong("cloud_region") || wrong("cloud_id")} value=${shownPlace}
          placeholder=${t("placeholder.usual")} search=${async (text) => matching(everywhere, text)}
          onChoose=${(value) => onChange(everywhere.find((one) => one.value === value)?.fields ?? { ...NOWHERE, cloud_region: value })} />
        <${OnMap} chosen=${work} onChoose=${(place) => onChange({ ...NOWHERE, ...place })} />
        <${Field} id="utc_datetime" label=${t("field.utc_datetime")} hint=${t("hint.utc_datetime")} error=${wrong("utc_datetime")}>
          <input id="utc_datetime" type="datetime-local" value=${work.utc_datetime} aria-describedby=${described("utc_datetime", true, wrong("utc_datetime"))}
            onInput=${(event) => onChange({ utc_datetime: event.currentTarget.value.slice(0, 16) })} />
        <//>
      </details>
      <details open=${["datatype", ...KNOWN_MORE, ...fields.more].some((name) => work[name] !== "")}>
        <summary>${t("form.more")}</summary>
        <p class="hint">${t("form.more.why")}</p>
        <${Field} id="datatype" label=${t("field.datatype")} error=${wrong("datatype")}>
          <select id="datatype" value=${work.datatype} aria-describedby=${described("datatype", "", wrong("datatype"))} onChange=${(event) => onChange({ datatype: event.currentTarget.value })}>
            <option value="" selected=${!work.datatype}>${t("placeholder.usual")}</option>
            ${PRECISIONS.map((one) => html`<option key=${one} value=${one} selected=${one === work.datatype}>${one}</option>`)}
          </select>
        <//>
        ${[...fields.more, ...KNOWN_MORE].map(slider)}
      </details>
    </form>
  `;
};
