// What is held against each other: a list to add to by searching, and to take from.
import { html } from "../html.js";
import { country, t } from "../text.js";
import { Combobox } from "../parts/combobox.js";
import { NOWHERE, findModels, matching, places } from "../parts/offers.js";
import { OnMap } from "../parts/on_map.js";
import { HOURS, MOST } from "./question.js";

const hourShown = (hour) => t("compare.hour", { hour });

// By kind: what may be added, found by what is typed.
const offersOf = (vary, offered) => ({
  models: findModels,
  services: async (text) => matching(offered.services.map((one) => ({ value: one.id, label: one.name, detail: one.id })), text),
  places: async (text) => matching(places(offered), text),
  hours: async (text) => matching(HOURS.map((hour) => ({ value: hour, label: hourShown(hour), detail: "" })), text),
})[vary];

// An id, however it is spelled.
export const bare = (id) => id.toLowerCase().replace(/[^a-z0-9]/g, "");

// What a candidate is called. A model that was typed keeps the name that it was typed by, unless the service tells its own.
export const nameOf = (vary, value, offered, models) => {
  if (vary === "models") return models[value] ?? value;
  if (vary === "services") return offered.services.find((one) => bare(one.id) === bare(value))?.name ?? value;
  if (vary === "hours") return hourShown(value);
  return value.startsWith("country:") ? country(value.slice(8)) : value.split(":").slice(1).join(" ");
};

// Whoever types a place or an hour means one of the list.
const meant = (vary, typed, offered) => {
  if (vary === "hours") return HOURS.find((hour) => hour === typed.padStart(2, "0").slice(0, 2));
  if (vary === "places" && !typed.includes(":")) return matching(places(offered), typed)[0]?.value ?? `country:${typed.toUpperCase()}`;
  return typed;
};

// A place of the map, as the list has it.
const pointed = ({ country: id, cloud_id, cloud_region }) => (cloud_region ? `region:${cloud_id}:${cloud_region}` : `country:${id}`);

export const Candidates = ({ vary, chosen, offered, nameOf: named, errors, onChange }) => {
  const add = (typed) => {
    const value = typed && meant(vary, typed, offered);
    if (value && !chosen.includes(value)) onChange([...chosen, value].slice(0, MOST));
  };
  const remove = (value) => {
    onChange(chosen.filter((one) => one !== value));
    document.getElementById("candidate")?.focus(); // the button that had the focus is gone
  };
  return html`
    <div class="candidates">
      <${Combobox} id="candidate" label=${t(`compare.add.${vary}`)} hint=${t(chosen.length < MOST ? "compare.add.hint" : "compare.add.full", { most: MOST })} value=""
        adds placeholder=${t(`compare.placeholder.${vary}`)} search=${offersOf(vary, offered)} onChoose=${add} />
      ${vary === "places" && html`<${OnMap} chosen=${NOWHERE} onChoose=${(place) => add(pointed(place))} />`}
      <ul class="chips" aria-label=${t("compare.chosen")}>${chosen.map((value) => html`
        <li key=${value} class=${errors[value] ? "chip wrong" : "chip"}><span>${named(value)}</span>
          <button type="button" aria-label=${t("compare.remove", { name: named(value) })} onClick=${() => remove(value)}>${"×"}</button></li>`)}</ul>
    </div>
  `;
};
