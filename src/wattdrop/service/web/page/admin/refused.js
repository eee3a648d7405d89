// What to do with a key that may not administer.
import { html } from "../html.js";
import { t } from "../text.js";

const COMMAND = "wattdrop keys create NAME --scopes admin,impact,read,write";

export const Refused = ({ scopes }) => html`
  <section class="card" aria-labelledby="refused">
    <h2 id="refused">${t("admin.refused")}</h2>
    <p>${t("admin.refused.has", { scopes: scopes.join(", ") })}</p>
    <p>${t("admin.refused.do")}</p>
    <div class="code"><pre tabindex="0" role="group" aria-label=${t("admin.refused.command")}><code>${COMMAND}</code></pre></div>
  </section>
`;
