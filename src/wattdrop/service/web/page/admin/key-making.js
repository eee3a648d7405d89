// A new key: its terms first, then the key itself, once. It is kept in this component alone, and gone with it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { Dialog } from "../parts/dialog.js";
import { KeyForm } from "./key-form.js";
import { NewKey } from "./new-key.js";

export const KeyMaking = ({ own, customer, onDone, onClose }) => {
  const [made, setMade] = useState();
  const [hasty, setHasty] = useState(false);
  if (!made) {
    return html`<${Dialog} key="terms" title=${t("admin.make.keys")} onClose=${onClose}><${KeyForm} own=${own} customer=${customer} onMade=${setMade} onClose=${onClose} /><//>`;
  }
  return html`<${Dialog} key="made" title=${t("admin.new", { name: made.name })} onClose=${() => setHasty(true)}>
    <${NewKey} value=${made.key} hasty=${hasty} onClose=${() => onDone(t("admin.made", { name: made.name }))} /><//>`;
};
