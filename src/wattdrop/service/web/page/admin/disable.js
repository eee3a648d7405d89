// The end of a user, and of every key of theirs.
import { html } from "../html.js";
import { disableUser } from "../api.js";
import { t } from "../text.js";
import { Dialog } from "../parts/dialog.js";
import { useSending } from "../parts/sending.js";
import { Sending } from "./fields.js";

export const Disable = ({ one, onDone, onClose }) => {
  const sending = useSending(() => disableUser(one.id), () => onDone(t("admin.disable.done", { name: one.name })));
  return html`
    <${Dialog} title=${t("admin.disable.user", { name: one.name })} onClose=${onClose}>
      <p>${t("admin.disable.text")}</p>
      <form class="form" onSubmit=${sending.submit}>
        <${Sending} sending=${sending} fields=${[]} label=${t("admin.disable")} dangerous onClose=${onClose} />
      </form>
    <//>
  `;
};
