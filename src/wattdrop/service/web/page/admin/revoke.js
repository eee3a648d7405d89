// The end of a key, asked for twice. The page's own key is ended by nobody who did not say so.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { revokeKey } from "../api.js";
import { moment, t } from "../text.js";
import { Dialog } from "../parts/dialog.js";
import { useSending } from "../parts/sending.js";
import { Sending } from "./fields.js";

export const Revoke = ({ one, own, onDone, onClose }) => {
  const [sure, setSure] = useState(false);
  const isOwn = one.id === own.id;
  const sending = useSending(() => revokeKey(one.id), () => onDone(t("admin.revoke.done", { name: one.name }), isOwn));
  return html`
    <${Dialog} title=${t("admin.revoke.key", { name: one.name })} onClose=${onClose}>
      <p>${one.last_used_at ? t("admin.revoke.used", { moment: moment(one.last_used_at) }) : t("admin.revoke.unused")} ${t("admin.revoke.text")}</p>
      <form class="form" onSubmit=${sending.submit}>
        ${isOwn && html`<div class="card problem"><p><strong>${t("admin.revoke.own")}</strong></p>
          <label class="sure"><input type="checkbox" checked=${sure} onChange=${() => setSure(!sure)} /><span>${t("admin.revoke.sure")}</span></label></div>`}
        <${Sending} sending=${sending} fields=${[]} label=${t("admin.revoke")} dangerous ready=${!isOwn || sure} onClose=${onClose} />
      </form>
    <//>
  `;
};
