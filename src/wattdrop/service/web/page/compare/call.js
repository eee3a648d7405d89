// The same comparison for a terminal and for a program, its rows with the names that the page gives them.
import { html } from "../html.js";
import { t } from "../text.js";
import { Code } from "../parts/code.js";
import { assigned, curl, python } from "../parts/samples.js";

const PATH = "/v1/compare";

export const Call = ({ rows }) => html`
  <section class="card" aria-labelledby="call">
    <h2 id="call">${t("call.title")}</h2>
    <${Code} samples=${[
      { id: "curl", label: t("call.curl"), source: curl(PATH, rows) },
      { id: "python", label: t("call.python"), source: python(PATH, assigned("rows", rows), "rows") },
    ]} />
  </section>
`;
