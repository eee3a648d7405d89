// The key: asked for once, kept by the server in a cookie that no script can read, never in an address or in storage.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { session } from "../api.js";
import { t } from "../text.js";
import { Said } from "./answer.js";
import { Field } from "./field.js";

export const KeyForm = ({ onBegin, spent }) => {
  const [wrong, setWrong] = useState("");
  const begin = async (event) => {
    event.preventDefault();
    const field = event.currentTarget.elements.key;
    try {
      onBegin(await session.begin({ key: field.value }));
    } catch (error) {
      setWrong(error.status === 401 ? t("key.unknown") : html`<${Said} error=${error} />`);
      field.focus();
    }
  };
  return html`
    <form class="card keyform" onSubmit=${begin}>
      <h2>${t("key.title")}</h2>
      <p>${t("key.why")}</p>
      ${spent && html`<p role="status">${t("key.spent")}</p>`}
      <${Field} id="key" label=${t("key.label")} hint=${t("key.hint")} error=${wrong}>
        <div class="beside">
          <input id="key" name="key" type="password" autocomplete="off" required aria-invalid=${Boolean(wrong)}
            aria-describedby=${wrong ? "key-hint key-error" : "key-hint"} />
          <button type="submit" class="main">${t("key.begin")}</button>
        </div>
      <//>
    </form>
  `;
};

export const KeyShown = ({ known, onEnd }) => known?.shown && html`
  <button type="button" class="quiet" title=${t("key.end.title", { name: known.name })}
    onClick=${async () => { await session.end(); onEnd(); }}>${t("key.end")}</button>
`;
