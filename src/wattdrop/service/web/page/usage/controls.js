// Which days, split by what, filtered by what.
import { html } from "../html.js";
import { t } from "../text.js";
import { Choice } from "../parts/choice.js";
import { around, PERIODS, PRESETS } from "./days.js";
import { named } from "./parts.js";
import { METRICS } from "../parts/metrics.js";
import { GROUPS, periodOf } from "./view.js";

export const Days = ({ view, onChange }) => html`
  <div class="card days">
    <fieldset class="tabs"><legend class="unseen">${t("usage.days")}</legend>
      ${PRESETS.map((name) => html`<label key=${name}><input type="radio" name="days" checked=${name === view.days} onChange=${() => onChange({ days: name })} /><span>${t(`usage.days.${name}`)}</span></label>`)}
    </fieldset>
    <div class="fromto">
      ${["from", "to"].map((name) => html`
        <label key=${name}><span>${t(`usage.${name}`)}</span><input type="date" value=${view[name]} max=${name === "from" ? view.to : undefined} min=${name === "to" ? view.from : undefined}
          onChange=${(event) => event.currentTarget.value && onChange({ days: "", from: view.from, to: view.to, [name]: event.currentTarget.value })} /></label>`)}
    </div>
  </div>
`;

// The way up: year, month, what belongs together, all requests; then what everything is filtered by.
export const Trail = ({ view, onChange }) => {
  const ways = view.days ? [] : around(view);
  const { together, row } = view;
  const filters = Object.entries(view.only);
  const without = (name) => Object.fromEntries(filters.filter(([one]) => one !== name));
  if (!together && !row && !filters.length && !ways.length) return null;
  return html`
    <div class="trail">
      ${!together && !row && ways.length > 0 && html`<p class="ways">${t("usage.up")} ${ways.map((one) => html`<button key=${one.text} type="button" class="link" onClick=${() => onChange({ days: "", from: one.from, to: one.to })}>${one.text}</button>`)}</p>`}
      ${(together || row) && html`<p class="ways"><button type="button" class="link" onClick=${() => onChange({ together: undefined, row: "" })}>${t("usage.title")}</button>
        ${together && html`<span>${"›"}</span>${row ? html`<button type="button" class="link" onClick=${() => onChange({ row: "" })}>${together[1]}</button>` : html`<span class="here">${t(`usage.fact.${together[0]}`)} ${together[1]}</span>`}`}
        ${row && html`<span>${"›"}</span><span class="here">${row}</span>`}</p>`}
      ${!together && !row && filters.length > 0 && html`<ul class="chips" aria-label=${t("usage.filters")}>
        ${filters.map(([name, value]) => html`<li key=${name}><button type="button" aria-label=${t("usage.without", { group: t(`usage.group.${name}`), value: named(name, value) })} onClick=${() => onChange({ only: without(name) })}>
          ${t(`usage.group.${name}`)}: <strong>${named(name, value)}</strong> <span aria-hidden="true">${"×"}</span></button></li>`)}</ul>`}
    </div>
  `;
};

export const Split = ({ view, onChange }) => html`
  <div class="split">
    <fieldset class="tabs"><legend class="unseen">${t("usage.metric")}</legend>
      ${METRICS.map((one) => html`<label key=${one.key}><input type="radio" name="metric" checked=${one.key === view.metric} onChange=${() => onChange({ metric: one.key })} /><span>${t(`metric.${one.key}`)}</span></label>`)}
    </fieldset>
    <div class="choices">
      <${Choice} label=${t("usage.by")} value=${view.by} onChange=${(by) => onChange({ by })} options=${GROUPS.map((value) => ({ value, label: t(`usage.by.${value}`) }))} />
      ${view.from < view.to && html`<${Choice} label=${t("usage.per")} value=${periodOf(view)} onChange=${(per) => onChange({ per })} options=${PERIODS.map((value) => ({ value, label: t(`usage.per.${value}`) }))} />`}
    </div>
  </div>
`;
