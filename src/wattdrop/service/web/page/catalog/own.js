// Whose an entry is, and what can be done with it: one's own is changed and deleted, what everybody sees is begun from.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { object } from "../api.js";
import { t } from "../text.js";
import { Problem } from "../parts/answer.js";
import { Dialog } from "../parts/dialog.js";

const Deletion = ({ entity, onGone, onClose, onKeyEnded }) => {
  const [error, setError] = useState();
  const remove = async () => {
    try {
      await object.remove(entity.kind, entity.id);
      onGone();
    } catch (failed) {
      if (failed.status === 401) onKeyEnded();
      setError(failed);
    }
  };
  return html`
    <${Dialog} title=${t("own.delete.title", { name: entity.name })} onClose=${onClose}>
      ${entity.id !== entity.name && html`<p><code>${entity.id}</code></p>`}
      <p>${t("own.delete.why")}</p>
      <${Problem} error=${error} />
      <p class="actions"><button type="button" onClick=${onClose}>${t("cancel")}</button><button type="button" class="danger" onClick=${remove}>${t("own.delete")}</button></p>
    <//>
  `;
};

export const Own = ({ entity, mayWrite, onEdit, onGone, onKeyEnded }) => {
  const [deleting, setDeleting] = useState(false);
  return html`
    <p class="whose"><span class=${entity.own ? "mark own" : "mark"}>${t(entity.own ? "own.own" : "own.shipped")}</span>
      ${mayWrite && !entity.own && html`<button type="button" class="quiet" onClick=${() => onEdit("like")}>${t("own.like")}</button>`}
      ${mayWrite && entity.own && html`<button type="button" class="quiet" onClick=${() => onEdit("change")}>${t("own.change")}</button>
        <button type="button" class="quiet" onClick=${() => onEdit("like")}>${t("own.like")}</button>
        <button type="button" class="quiet" onClick=${() => setDeleting(true)}>${t("own.delete")}</button>`}
    </p>
    ${deleting && html`<${Deletion} entity=${entity} onGone=${onGone} onClose=${() => setDeleting(false)} onKeyEnded=${onKeyEnded} />`}
  `;
};
