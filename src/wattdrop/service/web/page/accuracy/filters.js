// Which measurements are shown, and what the estimates of them were told.
import { html } from "../html.js";
import { named, number, t } from "../text.js";
import { Field } from "../parts/field.js";
import { FILTERS, GIVEN, offered } from "./view.js";

const EVERYTHING = Object.fromEntries(FILTERS.map((name) => [name, ""]));
const unfolded = matchMedia("(min-width: 960px)").matches; // on a phone the drawing comes first

export const Filters = ({ measurements, view, onChange }) => html`
  <form class="card form" aria-label=${t("accuracy.filters")} onSubmit=${(event) => event.preventDefault()}>
    <fieldset class="choices"><legend>${t("accuracy.told")}</legend>
      ${GIVEN.map((name) => html`<label key=${name}><input type="radio" name="given" checked=${name === view.given} onChange=${() => onChange({ given: name })} />
        <span>${t(`accuracy.given.${name}`)}<small>${t(`accuracy.given.${name}.more`)}</small></span></label>`)}
    </fieldset>
    <details open=${unfolded || FILTERS.some((name) => view[name])}>
      <summary>${t("accuracy.filters")}</summary>
      ${FILTERS.map((name) => html`
        <${Field} key=${name} id=${name} label=${t(`accuracy.filter.${name}`)}>
          <select id=${name} value=${view[name]} onChange=${(event) => onChange({ [name]: event.currentTarget.value })}>
            <option value="" selected=${!view[name]}>${t("accuracy.all")}</option>
            ${offered(measurements, view, name).map(([value, count]) => html`<option key=${value} value=${value} selected=${value === view[name]}>${t("accuracy.option", { value: name === "task" ? named("task", value) : value, count: number(count, {}) })}</option>`)}
          </select>
        <//>`)}
      <button type="button" disabled=${FILTERS.every((name) => !view[name])} onClick=${() => onChange(EVERYTHING)}>${t("accuracy.reset")}</button>
    </details>
  </form>
`;
