// Every formula as it ran for this request, and the source of every figure in it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { Sources } from "../parts/sources.js";
import { Steps } from "../parts/steps.js";
import { useTold } from "./told.js";

export const Explained = ({ row }) => {
  const [open, setOpen] = useState(false);
  const { steps = [], sources = [] } = useTold(row, open);
  return html`
    <section class="card" aria-labelledby="steps">
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary><h2 id="steps">${t("explained.title")}</h2></summary>
        <p>${t("usage.explained.text")}</p>
        <${Steps} steps=${steps} sources=${sources} />
        <h3>${t("entity.sources")}</h3>
        <${Sources} sources=${sources} />
      </details>
    </section>
  `;
};
