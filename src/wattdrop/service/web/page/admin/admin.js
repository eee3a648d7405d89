// Administration: keys, customers and users, for a key that has the scope for it.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { customers, keys, ownKey, users } from "../api.js";
import { number, t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Field } from "../parts/field.js";
import { Pages } from "../parts/pages.js";
import { CustomerForm } from "./customer-form.js";
import { Disable } from "./disable.js";
import { KeyMaking } from "./key-making.js";
import { CustomerTable, KeyTable, UserTable } from "./tables.js";
import { Refused } from "./refused.js";
import { Revoke } from "./revoke.js";
import { UserForm } from "./user-form.js";
import { AT_ONCE, LISTS, fromAddress, toAddress } from "./view.js";

const ASK = {
  keys: ({ search, customer, state, offset }) => keys({ search, customer, state, offset, limit: AT_ONCE }),
  customers: ({ search, offset }) => customers({ search, offset, limit: AT_ONCE }),
  users: ({ search, customer, offset }) => users({ search, customer, offset, limit: AT_ONCE }),
};
const TABLES = { keys: KeyTable, customers: CustomerTable, users: UserTable };

export const Admin = ({ known, ready, scopes, onKeyEnded }) => {
  const [view, setView] = useAddress(fromAddress);
  const [doing, setDoing] = useState(); // what a dialog is open for: { what: "key" }, { what: "revoke", one }, ...
  const [done, setDone] = useState("");
  const [changes, setChanges] = useState(0);
  const may = ready && scopes.includes("admin");
  const own = useAnswer(() => may && ownKey(), [may]);
  const found = useAnswer(() => may && ASK[view.list](view).then((answer) => ({ ...answer, list: view.list, state: view.state })), [may, changes, ...Object.values(view)]);
  useEffect(() => { if ([own.error?.status, found.error?.status].includes(401)) onKeyEnded(); }, [own.error, found.error]);

  useEffect(() => { // the dialog is closed by now, and the row that it was opened from may be gone
    if (changes > 0) document.getElementById("list")?.focus();
  }, [changes]);

  const change = (changed) => {
    const next = { ...view, offset: 0, ...changed };
    setView(next);
    setDone("");
    if (changed.list) history.pushState(null, "", toAddress(next));
    else history.replaceState(null, "", toAddress(next));
  };
  const finish = (said, ended) => {
    setDoing(undefined);
    setDone(said);
    setChanges(changes + 1);
    if (ended) onKeyEnded();
  };
  const dialog = { own: own.answer, one: doing?.one, customer: view.customer, onDone: finish, onClose: () => setDoing(undefined) };
  const Table = TABLES[view.list];
  const answer = found.answer?.list === view.list ? found.answer : undefined; // not what another list had
  return html`
    <div class="title"><h1>${t("admin.heading")}</h1><p>${t("admin.lead")}</p></div>
    ${known && !ready && html`<p class="card empty">${t("admin.key")}</p>`}
    ${ready && !may && html`<${Refused} scopes=${scopes} />`}
    <${Problem} error=${own.error ?? found.error} />
    ${may && html`
      <section class="card administration" aria-labelledby="list">
        <fieldset class="tabs"><legend class="unseen">${t("admin.lists")}</legend>
          ${LISTS.map((name) => html`<label key=${name}><input type="radio" name="list" checked=${name === view.list} onChange=${() => change({ list: name, search: "", customer: "" })} /><span>${t(`admin.${name}`)}</span></label>`)}
        </fieldset>
        <div class="above">
          <h2 id="list" tabindex="-1">${t(`admin.${view.list}`)}</h2>
          <button type="button" class="main" disabled=${!own.answer} onClick=${() => setDoing({ what: view.list })}>${t(`admin.make.${view.list}`)}</button>
        </div>
        <div class="sought">
          <${Field} id="search" label=${t(`admin.search.${view.list}`)}>
            <input id="search" type="search" autocomplete="off" spellcheck=${false} value=${view.search} onInput=${(event) => change({ search: event.currentTarget.value })} />
          <//>
          ${view.list === "keys" && html`<${Field} id="state" label=${t("admin.state")}>
            <select id="state" value=${view.state} onChange=${(event) => change({ state: event.currentTarget.value })}>
              ${["valid", "ended"].map((name) => html`<option key=${name} value=${name} selected=${name === view.state}>${t(`admin.state.${name}`)}</option>`)}
            </select><//>`}
        </div>
        ${view.customer && html`<p><button type="button" class="quiet" onClick=${() => change({ customer: "" })}>${t("admin.only", { customer: view.customer })} <span aria-hidden="true">${"×"}</span></button></p>`}
        <p class="hint" role="status">${done || (answer && t("admin.count", { count: number(answer.count, {}) }))}</p>
        ${answer && (answer.entries.length > 0
          ? html`<${Table} entries=${answer.entries} state=${answer.state} own=${own.answer} onDo=${setDoing} onShow=${change} />`
          : html`<p class="empty">${t("admin.none")}</p>`)}
        ${answer && html`<${Pages} offset=${view.offset} size=${AT_ONCE} count=${answer.count} onMove=${(offset) => change({ offset })} />`}
      </section>`}
    ${doing?.what === "keys" && html`<${KeyMaking} ...${dialog} />`}
    ${doing?.what === "customers" && html`<${CustomerForm} ...${dialog} />`}
    ${doing?.what === "users" && html`<${UserForm} ...${dialog} />`}
    ${doing?.what === "revoke" && html`<${Revoke} ...${dialog} />`}
    ${doing?.what === "disable" && html`<${Disable} ...${dialog} />`}
  `;
};
