// What the row left open and the service chose, asked for when somebody opens the list.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { named, t } from "../text.js";
import { useTold } from "./told.js";

export const Assumed = ({ row }) => {
  const [open, setOpen] = useState(false);
  const { choices = [] } = useTold(row, open);
  return html`
    <section class="card">
      <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
        <summary><h2>${t("assumed.title")}</h2></summary>
        <p>${t("assumed.text")}</p>
        <div class="scroll" tabindex="0" role="group" aria-label=${t("assumed.title")}>
          <table class="wraps">
            <thead><tr><th scope="col">${t("assumed.question")}</th><th scope="col">${t("assumed.chosen")}</th><th scope="col">${t("assumed.basis")}</th></tr></thead>
            <tbody>${choices.map((one) => html`
              <tr key=${one.question}><th scope="row">${named("question", one.question)}</th><td lang="en">${one.chosen}${one.note && html`<small>${one.note}</small>`}</td>
                <td><span class=${`basis ${one.basis}`}>${named("basis", one.basis)}</span></td></tr>`)}</tbody>
          </table>
        </div>
      </details>
    </section>
  `;
};
