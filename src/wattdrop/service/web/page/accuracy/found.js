// How many measurements are shown, and how many of them the method hits.
import { html } from "../html.js";
import { number, percent, t } from "../text.js";
import { factor, isHeld } from "./view.js";

const share = (shown, holds) => shown.filter(holds).length / shown.length;

export const Found = ({ shown }) => html`
  <div class="card" role="status">
    <dl class="found">
      <div><dt>${t("accuracy.found")}</dt><dd>${number(shown.length, {})}</dd></div>
      ${shown.length > 0 && html`
        <div><dt>${t("accuracy.found.twice")}</dt><dd>${percent(share(shown, (one) => factor(one) <= 2))}</dd></div>
        <div><dt>${t("accuracy.found.held")}</dt><dd>${percent(share(shown, isHeld))}</dd></div>`}
    </dl>
    ${shown.length === 0 && html`<p>${t("accuracy.none")}</p>`}
  </div>
`;
