// The same question for a terminal, a program and a spreadsheet.
import { html } from "../html.js";
import { t } from "../text.js";
import { Code } from "../parts/code.js";
import { assigned, curl, python } from "../parts/samples.js";

const PATH = "/v1/impact?ranges=true";

const sheet = (row) => {
  const fields = Object.entries(row).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]);
  const query = new URLSearchParams([["format", "value"], ["metric", "carbon"], ["key", "YOUR_KEY"], ...fields]);
  return `=NUMBERVALUE(WEBSERVICE("${location.origin}/v1/impact?${query}"),".",",")`; // in every language
};

export const Call = ({ row }) => html`
  <section class="card" aria-labelledby="call">
    <h2 id="call">${t("call.title")}</h2>
    <${Code} samples=${[
      { id: "curl", label: t("call.curl"), source: curl(PATH, [row]) },
      { id: "python", label: t("call.python"), source: python(PATH, assigned("row", row), "[row]") },
      { id: "sheet", label: t("call.sheet"), source: sheet(row) },
    ]} />
  </section>
`;
