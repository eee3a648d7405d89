// A new user of a customer.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { makeUser } from "../api.js";
import { t } from "../text.js";
import { Dialog } from "../parts/dialog.js";
import { useSending } from "../parts/sending.js";
import { Customer, Sending, Text } from "./fields.js";

export const UserForm = ({ own, customer, onDone, onClose }) => {
  const [terms, setTerms] = useState({ name: "", customer: customer || own.customer });
  const sending = useSending(() => makeUser(terms), (made) => onDone(t("admin.made", { name: made.name })));
  const set = (name) => (value) => setTerms({ ...terms, [name]: value });
  return html`
    <${Dialog} title=${t("admin.make.users")} onClose=${onClose}>
      <p>${t("admin.user.text")}</p>
      <form class="form" onSubmit=${sending.submit}>
        <${Text} name="name" first value=${terms.name} sending=${sending} onInput=${set("name")} />
        <${Customer} value=${terms.customer} sending=${sending} onChoose=${set("customer")} />
        <${Sending} sending=${sending} fields=${["name", "customer"]} label=${t("admin.make.users")} onClose=${onClose} />
      </form>
    <//>
  `;
};
