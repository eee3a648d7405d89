// A field with its name, a hint, and what the API found wrong with it.
import { html } from "../html.js";

export const described = (id, hint, error) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;

export const Field = ({ id, label, hint, error, children }) => html`
  <div class=${error ? "field wrong" : "field"}>
    <label for=${id}>${label}</label>
    ${children}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
  </div>
`;
