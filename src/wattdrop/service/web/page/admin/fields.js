// Fields that the forms share. Errors of fields that a form lacks are said above it.
import { html } from "../html.js";
import { customers, users } from "../api.js";
import { t } from "../text.js";
import { Problem } from "../parts/answer.js";
import { Combobox } from "../parts/combobox.js";
import { Field, described } from "../parts/field.js";

const OFFERED = 8;

export const Text = ({ name, value, sending, placeholder, first, onInput, ...more }) => html`
  <${Field} id=${`make-${name}`} label=${t(`admin.field.${name}`)} hint=${more.hint} error=${sending.wrong(name)}>
    <input id=${`make-${name}`} type="text" autocomplete="off" spellcheck=${false} autofocus=${first} value=${value} placeholder=${placeholder}
      aria-invalid=${Boolean(sending.wrong(name))} aria-describedby=${described(`make-${name}`, more.hint, sending.wrong(name))}
      onInput=${(event) => onInput(event.currentTarget.value)} />
  <//>
`;

const found = async (ask) => (await ask).entries.map((one) => ({ value: one.name, label: one.name }));

export const Customer = ({ value, sending, onChoose }) => html`
  <${Combobox} id="make-customer" label=${t("admin.field.customer")} hint=${t("admin.hint.customer")} error=${sending.wrong("customer")} value=${value}
    search=${(text, signal) => found(customers({ search: text, limit: OFFERED }, signal))} onChoose=${onChoose} />
`;

export const User = ({ value, customer, sending, onChoose }) => html`
  <${Combobox} id="make-user" label=${t("admin.field.user")} hint=${t("admin.hint.user")} error=${sending.wrong("user")} value=${value}
    search=${(text, signal) => found(users({ search: text, customer, limit: OFFERED }, signal))} onChoose=${onChoose} />
`;

export const Sending = ({ sending, fields, label, dangerous, ready = true, onClose }) => html`
  ${sending.error && !fields.includes(sending.error.field) && html`<${Problem} error=${sending.error} />`}
  <p class="actions">
    <button type="button" onClick=${onClose}>${t("admin.cancel")}</button>
    <button type="submit" class=${dangerous ? "main danger" : "main"} disabled=${sending.waiting || !ready}>${label}</button>
  </p>
`;
