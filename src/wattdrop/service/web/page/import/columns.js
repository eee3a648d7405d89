// What each column of the file is taken as: guessed by the service, corrected by a list.
import { html } from "../html.js";
import { has, t } from "../text.js";
import { Said } from "../parts/answer.js";

const GROUPS = ["model", "hardware", "place", "work", "known", "whom"];
const MODEL = ["model_id", "model_used_id", "model_hugging_face_path", "model_family", "model_name"];

const label = (field) => (has(`field.${field}`) ? t(`field.${field}`) : field);
const hinted = (take) => (take.columns.length > 1 || take.read !== "sum") && has(`import.read.${take.read}`);

// How a column is read, where it is more than taken as it is.
const notesOf = (takes, column) => takes.filter(hinted).map((take) =>
  t(`import.read.${take.read}`, { field: label(take.field), others: take.columns.filter((one) => one !== column).join(", ") }));

const Missing = ({ mapping, offered }) => {
  const filled = new Set(mapping.takes.map((one) => one.field));
  const any = (names) => names.some((name) => filled.has(name));
  const of = (group) => offered.fields.filter((one) => one.group === group).map((one) => one.field);
  const missing = [
    !mapping.problem && !any(MODEL) && "model",
    !any(of("work")) && "work",
    !filled.has("utc_datetime") && "time",
    !any(["country", "cloud_region", "datacenter_id", "grid_gco2e_per_kwh"]) && "place",
  ].filter(Boolean);
  return missing.length > 0 && !mapping.problem && html`
    <h3>${t("import.missing.title")}</h3>
    <ul class="missing">${missing.map((name) => html`<li key=${name}>${t(`import.missing.${name}`)}</li>`)}</ul>
  `;
};

const Row = ({ column, takes, skips, isPrivate, fixed, offered, onChange }) => {
  const [first, ...others] = takes;
  const notes = [...notesOf(takes, column.name), ...others.map((one) => t("import.also", { field: label(one.field) })), skips && t("import.skips")].filter(Boolean);
  const values = isPrivate ? t("import.column.private") : column.values.join(" · ") || t("import.column.empty");
  return html`
    <tr role="row">
      <th scope="row" role="rowheader"><code>${column.name}</code><small>${values}</small></th>
      <td role="cell">
        <select aria-label=${t("import.taken", { column: column.name })} value=${first?.field ?? ""} disabled=${fixed} onChange=${(event) => onChange(event.currentTarget.value)}>
          <option value="" selected=${!first}>${t("import.unused")}</option>
          ${GROUPS.map((group) => html`<optgroup key=${group} label=${t(`import.group.${group}`)}>
            ${offered.fields.filter((one) => one.group === group).map((one) => html`<option key=${one.field} value=${one.field} selected=${one.field === first?.field}>${label(one.field)}</option>`)}
          </optgroup>`)}
        </select>
        ${notes.length > 0 && html`<small>${notes.join("; ")}</small>`}
      </td>
    </tr>
  `;
};

const takesOf = (mapping, { name }) => mapping.takes.filter((one) => one.columns.includes(name));
const skipsBy = (mapping, { name }) => mapping.skips.some((one) => one.column === name);
const isPrivate = (mapping, { name }) => mapping.private.some((one) => name === one || name.startsWith(`${one}.`)) && !takesOf(mapping, { name }).length;

const Table = ({ name, columns, mapping, fixed, offered, onChange }) => html`
  <table role="table" class="columns" aria-label=${name}>
    <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t("import.column")}</th><th scope="col" role="columnheader">${t("import.as")}</th></tr></thead>
    <tbody role="rowgroup">${columns.map((one) => html`
      <${Row} key=${one.name} column=${one} takes=${takesOf(mapping, one)} skips=${skipsBy(mapping, one)} isPrivate=${isPrivate(mapping, one)} fixed=${fixed} offered=${offered} onChange=${(field) => onChange(one.name, field)} />`)}</tbody>
  </table>
`;

export const Columns = ({ columns, chosen, mapping, offered, fixed, onChoose }) => {
  const isUsed = (one) => takesOf(mapping, one).length > 0 || skipsBy(mapping, one);
  const used = columns.filter(isUsed);
  const unused = columns.filter((one) => !isUsed(one));
  const change = (column, field) => {
    const map = Object.fromEntries(Object.entries(mapping.map).filter(([name, one]) => one !== column && name !== field));
    if (field) map[field] = column;
    const left = chosen.left.filter((one) => one !== column);
    onChoose({ preset: mapping.preset ?? "none", map, left: field ? left : [...left, column] });
  };
  const shown = { mapping, fixed, offered, onChange: change };
  const body = html`
    ${mapping.problem && html`<div class="problem inset" role="alert"><p>${mapping.problem.code === "missing_model" ? t("import.problem.model") : html`<${Said} error=${mapping.problem} />`}</p></div>`}
    <div class="field export">
      <label for="preset">${t("import.preset")}</label>
      <select id="preset" value=${mapping.preset ?? "none"} disabled=${fixed} onChange=${(event) => onChoose({ preset: event.currentTarget.value, map: undefined, left: [] })}>
        <option value="none" selected=${!mapping.preset}>${t("import.preset.none")}</option>
        ${offered.exports.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === mapping.preset}>${one.title}</option>`)}
      </select>
      <p class="hint">${t(mapping.preset ? "import.preset.why" : "import.guessed")}</p>
    </div>
    ${used.length > 0 && html`<${Table} name=${t("import.columns")} columns=${used} ...${shown} />`}
    ${Object.entries(mapping.constants).length > 0 && html`<p class="hint">${Object.entries(mapping.constants).map(([field, value]) => t("import.constant", { field: label(field), value })).join("; ")}</p>`}
    <${Missing} mapping=${mapping} offered=${offered} />
    ${unused.length > 0 && html`<details class="rest" open=${used.length === 0 || Boolean(mapping.problem)}>
      <summary>${t("import.rest", { count: unused.length })}</summary>
      <p class="hint">${t("import.rest.why")}</p>
      <${Table} name=${t("import.rest", { count: unused.length })} columns=${unused} ...${shown} />
    </details>`}
  `;
  return fixed
    ? html`<details class="card"><summary><h2>${t("import.columns")}</h2></summary>${body}</details>`
    : html`<section class="card" aria-labelledby="columns"><h2 id="columns">${t("import.columns")}</h2>${body}</section>`;
};
