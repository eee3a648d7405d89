// A new customer.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { makeCustomer } from "../api.js";
import { t } from "../text.js";
import { Dialog } from "../parts/dialog.js";
import { useSending } from "../parts/sending.js";
import { Sending, Text } from "./fields.js";

export const CustomerForm = ({ onDone, onClose }) => {
  const [name, setName] = useState("");
  const sending = useSending(() => makeCustomer(name), (made) => onDone(t("admin.made", { name: made.name })));
  return html`
    <${Dialog} title=${t("admin.make.customers")} onClose=${onClose}>
      <p>${t("admin.customer.text")}</p>
      <form class="form" onSubmit=${sending.submit}>
        <${Text} name="name" first value=${name} sending=${sending} onInput=${setName} />
        <${Sending} sending=${sending} fields=${["name"]} label=${t("admin.make.customers")} onClose=${onClose} />
      </form>
    <//>
  `;
};
