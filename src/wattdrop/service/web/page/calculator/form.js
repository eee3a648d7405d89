// What is asked: the model, the work, where and when, and whatever else somebody knows.
import { html } from "../html.js";
import { models, nodes } from "../api.js";
import { country, t } from "../text.js";
import { Combobox } from "../parts/combobox.js";
import { Field, described } from "../parts/field.js";
import { Slider } from "../parts/slider.js";
import { KNOWN_MORE, SIZES, SLIDERS } from "./work.js";

const MOST_OFFERED = 50;
const WHERE = ["managed_service_id", "node_id", "cloud_region", "country", "utc_datetime"];
const unfolded = matchMedia("(min-width: 960px)").matches; // on a phone the answer comes first

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const matching = (offers, text) => {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return offers.filter((one) => words.every((word) => plain(`${one.label} ${one.detail} ${one.value}`).includes(word))).slice(0, MOST_OFFERED);
};

const findModels = async (text, signal) =>
  (await models(text, signal)).map((one) => ({ value: one.id, label: one.name ?? one.id, detail: one.id }));
const findNodes = async (text, signal) =>
  (await nodes(text, signal)).map((one) => ({ value: one.id, label: one.id, detail: t("form.gpus", { count: one.gpu_count, gpu: one.gpu_id }) }));

// A place is a cloud's region or a country; the form has one field for both.
const places = (offered) => [
  ...offered.countries.map((one) => ({ value: `country:${one.id}`, label: country(one.id), detail: one.id, fields: { country: one.id, cloud_region: "" } })),
  ...offered.regions.map((one) => ({
    value: `region:${one.cloud_id}:${one.cloud_region}`, label: `${one.cloud_region}`, detail: `${one.cloud_id}, ${one.name}`,
    fields: { country: "", cloud_region: one.cloud_region },
  })),
];

export const Form = ({ work, offered, fields, ofModel, error, onChange }) => {
  const wrong = (name) => (error?.field === name || (name === "input_images" && error?.field?.startsWith("input_images")) ? error.message : "");
  const set = (name) => (value) => onChange({ [name]: value });
  const everywhere = places(offered);
  const slider = (name) => html`<${Slider} key=${name} id=${name} label=${t(`field.${name}`)} hint=${t(`hint.${name}`)} error=${wrong(name)}
    value=${work[name]} steps=${SLIDERS[name]} onChange=${set(name)} />`;
  const shownPlace = work.cloud_region || (work.country && country(work.country)) || "";
  return html`
    <form class="card form" onSubmit=${(event) => event.preventDefault()}>
      <${Combobox} id="model_id" label=${t("field.model_id")} hint=${t("hint.model_id")} error=${wrong("model_id")} value=${work.model_id}
        placeholder=${t("placeholder.model_id")} search=${findModels} onChoose=${set("model_id")} />
      <${Field} id="task" label=${t("field.task")} error=${wrong("task")}>
        <select id="task" value=${work.task} aria-describedby=${described("task", "", wrong("task"))} onChange=${(event) => onChange({ task: event.currentTarget.value })}>
          <option value="" selected=${!work.task}>${ofModel ? t("form.task.model", { task: ofModel }) : t("form.task.any")}</option>
          ${offered.tasks.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === work.task}>${one.id}</option>`)}
        </select>
      <//>
      ${fields.asked.map(slider)}
      ${[...fields.asked, ...fields.more.filter((name) => work[name] !== "")].some((name) => name.endsWith("_images")) && html`
        <${Field} id="image_size" label=${t("field.image_size")}>
          <select id="image_size" value=${work.image_size || "1024x1024"} onChange=${(event) => onChange({ image_size: event.currentTarget.value })}>
            ${SIZES.map((one) => html`<option key=${one} value=${one} selected=${one === (work.image_size || "1024x1024")}>${one}</option>`)}
          </select>
        <//>`}
      <details open=${unfolded || WHERE.some((name) => work[name] !== "")}>
        <summary>${t("form.where")}</summary>
        <${Combobox} id="managed_service_id" label=${t("field.managed_service_id")} hint=${t("hint.managed_service_id")} error=${wrong("managed_service_id")}
          value=${work.managed_service_id} placeholder=${t("placeholder.usual")} onChoose=${set("managed_service_id")}
          search=${async (text) => matching(offered.services.map((one) => ({ value: one.id, label: one.name, detail: one.id })), text)} />
        <${Combobox} id="node_id" label=${t("field.node_id")} hint=${t("hint.node_id")} error=${wrong("node_id")} value=${work.node_id}
          placeholder=${t("placeholder.usual")} search=${findNodes} onChoose=${set("node_id")} />
        <${Combobox} id="place" label=${t("field.place")} hint=${t("hint.place")} error=${wrong("country") || wrong("cloud_region")} value=${shownPlace}
          placeholder=${t("placeholder.usual")} search=${async (text) => matching(everywhere, text)}
          onChoose=${(value) => onChange(everywhere.find((one) => one.value === value)?.fields ?? { cloud_region: value, country: "" })} />
        <${Field} id="utc_datetime" label=${t("field.utc_datetime")} hint=${t("hint.utc_datetime")} error=${wrong("utc_datetime")}>
          <input id="utc_datetime" type="datetime-local" value=${work.utc_datetime} aria-describedby=${described("utc_datetime", true, wrong("utc_datetime"))}
            onInput=${(event) => onChange({ utc_datetime: event.currentTarget.value.slice(0, 16) })} />
        <//>
      </details>
      <details open=${[...KNOWN_MORE, ...fields.more].some((name) => work[name] !== "")}>
        <summary>${t("form.more")}</summary>
        <p class="hint">${t("form.more.why")}</p>
        ${[...fields.more, ...KNOWN_MORE].map(slider)}
      </details>
    </form>
  `;
};
