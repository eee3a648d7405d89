// The lists: who has which key, which customers there are, and who belongs to them.
import { html } from "../html.js";
import { day, moment, t } from "../text.js";

const Table = ({ columns, children }) => html`
  <table role="table" class="stacked people"><thead role="rowgroup"><tr role="row">${columns.map((name) => html`<th key=${name} scope="col" role="columnheader">${name === "act" ? html`<span class="unseen">${t("admin.act")}</span>` : t(`admin.column.${name}`)}</th>`)}</tr></thead>
    <tbody role="rowgroup">${children}</tbody></table>
`;
const Cell = ({ name, children }) => html`<td role="cell" data-label=${t(`admin.column.${name}`)}>${children}</td>`;
const Act = ({ children }) => html`<td role="cell" class="act">${children}</td>`;
const Name = ({ children }) => html`<th scope="row" role="rowheader">${children}</th>`;

const Limits = ({ rates }) => {
  const texts = [rates.rate && t("admin.rate", { rate: rates.rate }), rates.row_rate && t("admin.rowrate", { rate: rates.row_rate })].filter(Boolean);
  return texts.length > 0 ? texts.map((text) => html`<span key=${text} class="line">${text}</span>`) : t("none");
};

// Why a key ended: it was revoked, its day came, or its user was disabled.
const ended = (key, state) => {
  if (key.revoked_at) return t("admin.revoked", { day: day(key.revoked_at) });
  if (key.expires_at && new Date(key.expires_at) <= new Date()) return t("admin.expired", { day: day(key.expires_at) });
  return state === "ended" ? t("admin.withuser") : "";
};

export const KeyTable = ({ entries, state, own, onDo }) => html`
  <${Table} columns=${["name", "whose", "scopes", "limits", "made", "used", "ends", "act"]}>
    ${entries.map((key) => html`<tr key=${key.id} role="row">
      <${Name}><strong>${key.name}</strong>${key.id === own?.id && html` <span class="tag">${t("admin.own")}</span>`}<small><code>${key.shown}…</code></small><//>
      <${Cell} name="whose">${key.customer}${key.user && html`<small>${key.user}</small>`}<//>
      <${Cell} name="scopes"><span class="tags">${key.scopes.map((scope) => html`<span key=${scope} class=${`tag ${scope}`}>${scope}</span>`)}</span><//>
      <${Cell} name="limits"><${Limits} rates=${key} /><//>
      <${Cell} name="made">${day(key.created_at)}<//>
      <${Cell} name="used">${key.last_used_at ? moment(key.last_used_at) : t("admin.never")}<//>
      <${Cell} name="ends">${ended(key, state) || (key.expires_at ? day(key.expires_at) : t("none"))}<//>
      <${Act}>${!ended(key, state) && html`<button type="button" class="quiet" aria-label=${t("admin.revoke.key", { name: key.name })} onClick=${() => onDo({ what: "revoke", one: key })}>${t("admin.revoke")}</button>`}<//>
    </tr>`)}
  <//>
`;

export const CustomerTable = ({ entries, onShow }) => html`
  <${Table} columns=${["name", "number", "made", "act"]}>
    ${entries.map((one) => html`<tr key=${one.id} role="row">
      <${Name}><strong>${one.name}</strong>${one.id === 0 && html`<small>${t("admin.everyone")}</small>`}<//>
      <${Cell} name="number">${one.id}<//>
      <${Cell} name="made">${day(one.created_at)}<//>
      <${Act}>${["keys", "users"].map((list) => html`<button key=${list} type="button" class="quiet" aria-label=${t(`admin.${list}.of`, { name: one.name })}
        onClick=${() => onShow({ list, customer: one.name, search: "", state: "valid" })}>${t(`admin.${list}`)}</button>`)}<//>
    </tr>`)}
  <//>
`;

export const UserTable = ({ entries, onDo }) => html`
  <${Table} columns=${["name", "customer", "number", "made", "ends", "act"]}>
    ${entries.map((one) => html`<tr key=${one.id} role="row">
      <${Name}><strong>${one.name}</strong><//>
      <${Cell} name="customer">${one.customer}<//>
      <${Cell} name="number">${one.id}<//>
      <${Cell} name="made">${day(one.created_at)}<//>
      <${Cell} name="ends">${one.disabled_at ? t("admin.disabled", { day: day(one.disabled_at) }) : t("none")}<//>
      <${Act}>${!one.disabled_at && html`<button type="button" class="quiet" aria-label=${t("admin.disable.user", { name: one.name })} onClick=${() => onDo({ what: "disable", one })}>${t("admin.disable")}</button>`}<//>
    </tr>`)}
  <//>
`;
