// What is asked of the work itself: the task, and the amounts that a task takes.
import { html } from "../html.js";
import { named, t } from "../text.js";
import { Field, described } from "./field.js";
import { Slider } from "./slider.js";
import { SIZES, SLIDERS } from "./work.js";

export const workSlider = (work, wrong, onChange) => (name) => html`
  <${Slider} key=${name} id=${name} label=${t(`field.${name}`)} hint=${t(`hint.${name}`)} error=${wrong(name)}
    value=${work[name]} steps=${SLIDERS[name]} onChange=${(value) => onChange({ [name]: value })} />`;

const taskName = (id) => named("task", id);
const byName = (tasks) => tasks.map(({ id }) => ({ id, shown: taskName(id) })).sort((one, other) => one.shown.localeCompare(other.shown));

export const WorkFields = ({ work, offered, fields, ofModel, wrong, onChange }) => html`
  <${Field} id="task" label=${t("field.task")} error=${wrong("task")}>
    <select id="task" value=${work.task} aria-describedby=${described("task", "", wrong("task"))} onChange=${(event) => onChange({ task: event.currentTarget.value })}>
      <option value="" selected=${!work.task}>${ofModel ? t("form.task.model", { task: taskName(ofModel) }) : t("form.task.any")}</option>
      ${byName(offered.tasks).map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === work.task}>${one.shown}</option>`)}
    </select>
  <//>
  ${fields.asked.map(workSlider(work, wrong, onChange))}
  ${[...fields.asked, ...fields.more.filter((name) => work[name] !== "")].some((name) => name.endsWith("_images")) && html`
    <${Field} id="image_size" label=${t("field.image_size")}>
      <select id="image_size" value=${work.image_size || "1024x1024"} onChange=${(event) => onChange({ image_size: event.currentTarget.value })}>
        ${SIZES.map((one) => html`<option key=${one} value=${one} selected=${one === (work.image_size || "1024x1024")}>${one}</option>`)}
      </select>
    <//>`}
`;
