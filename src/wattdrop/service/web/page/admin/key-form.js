// The terms of a new key: whose it is, what it may do, how much, until when.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { makeKey } from "../api.js";
import { t } from "../text.js";
import { Field, described } from "../parts/field.js";
import { useSending } from "../parts/sending.js";
import { Customer, Sending, Text, User } from "./fields.js";

const SCOPES = ["impact", "read", "write", "admin"];
const USUAL = ["impact", "read"];
const ENDS = ["30d", "90d", "365d", "day", ""];
const SUCH_AS = { rate: "600/min", row_rate: "5000/s" };
const FIELDS = ["name", "scopes", "customer", "user", "rate", "row_rate", "expires"];

// What is left empty is left out; without a name there is no key.
const given = ({ name, ends, day, ...terms }) => {
  const expires = ends === "day" ? day : ends;
  return { name, ...Object.fromEntries(Object.entries({ ...terms, expires }).filter(([, value]) => value !== "")) };
};

export const KeyForm = ({ own, customer, onMade, onClose }) => {
  const [terms, setTerms] = useState({
    name: "", scopes: USUAL.filter((scope) => own.scopes.includes(scope)), customer: customer || own.customer, user: "", rate: "", row_rate: "", ends: "90d", day: "",
  });
  const sending = useSending(() => makeKey(given(terms)), onMade);
  const set = (name) => (value) => setTerms({ ...terms, [name]: value });
  const toggle = (scope) => set("scopes")(terms.scopes.includes(scope) ? terms.scopes.filter((one) => one !== scope) : [...terms.scopes, scope]);
  const wrong = sending.wrong("expires");
  return html`
    <form class="form" onSubmit=${sending.submit}>
      <${Text} name="name" first value=${terms.name} sending=${sending} hint=${t("admin.hint.name")} onInput=${set("name")} />
      <fieldset class=${sending.wrong("scopes") ? "choices wrong" : "choices"} aria-describedby=${described("scopes", "", sending.wrong("scopes"))}><legend>${t("admin.column.scopes")}</legend>
        ${SCOPES.map((scope) => html`<label key=${scope}><input type="checkbox" checked=${terms.scopes.includes(scope)} disabled=${!own.scopes.includes(scope)} onChange=${() => toggle(scope)} />
          <span>${scope}<small>${own.scopes.includes(scope) ? t(`scope.${scope}`) : t("admin.lacks")}</small></span></label>`)}
        ${sending.wrong("scopes") && html`<p class="error" id="scopes-error">${sending.wrong("scopes")}</p>`}
      </fieldset>
      <div class="halves">
        <${Customer} value=${terms.customer} sending=${sending} onChoose=${set("customer")} />
        <${User} value=${terms.user} customer=${terms.customer} sending=${sending} onChoose=${set("user")} />
        <${Text} name="rate" value=${terms.rate} sending=${sending} placeholder=${SUCH_AS.rate} hint=${t("admin.hint.rate")} onInput=${set("rate")} />
        <${Text} name="row_rate" value=${terms.row_rate} sending=${sending} placeholder=${SUCH_AS.row_rate} hint=${t("admin.hint.rate")} onInput=${set("row_rate")} />
        <${Field} id="make-ends" label=${t("admin.column.ends")} error=${terms.ends === "day" ? "" : wrong}>
          <select id="make-ends" value=${terms.ends} onChange=${(event) => set("ends")(event.currentTarget.value)}>
            ${ENDS.map((one) => html`<option key=${one} value=${one} selected=${one === terms.ends}>${t(`admin.ends.${one || "never"}`)}</option>`)}
          </select>
        <//>
        ${terms.ends === "day" && html`<${Field} id="make-day" label=${t("admin.ends.last")} error=${wrong}>
          <input id="make-day" type="date" required value=${terms.day} aria-invalid=${Boolean(wrong)} aria-describedby=${described("make-day", "", wrong)} onInput=${(event) => set("day")(event.currentTarget.value)} /><//>`}
      </div>
      <${Sending} sending=${sending} fields=${FIELDS} label=${t("admin.make.keys")} onClose=${onClose} />
    </form>
  `;
};
