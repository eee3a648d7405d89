// The key that was made. Escape does not close this: nobody can see the key again.
import { html } from "../html.js";
import { t } from "../text.js";
import { Copy } from "../parts/copy.js";
import { Field } from "../parts/field.js";

export const NewKey = ({ value, hasty, onClose }) => html`
  <p>${t("admin.new.text")}</p>
  <${Field} id="made" label=${t("key.label")}>
    <div class="beside">
      <textarea id="made" class="secret" rows="2" readonly autocomplete="off" spellcheck=${false} autofocus value=${value} onFocus=${(event) => event.currentTarget.select()}></textarea>
      <${Copy} text=${value} label=${t("copy")} />
    </div>
  <//>
  <p class="error" role="alert">${hasty && t("admin.new.hasty")}</p>
  <p class="actions"><button type="button" class="main" onClick=${onClose}>${t("admin.new.done")}</button></p>
`;
