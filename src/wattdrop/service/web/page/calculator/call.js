// The same question for a terminal, a program and a spreadsheet. The key is never in it: a place for it is.
import { html } from "../html.js";
import { t } from "../text.js";
import { Code } from "../parts/code.js";

const indented = (row) => JSON.stringify(row, null, 4).replace(/\n/g, "\n    ");

const curl = (row) => [
  `curl ${location.origin}/v1/impact?ranges=true \\`,
  `  -H "Authorization: Bearer $WATTDROP_API_KEY" \\`,
  `  -H "Content-Type: application/json" \\`,
  `  -d '${JSON.stringify({ rows: [row] }).replaceAll("'", "'\\''")}'`,
].join("\n");

const python = (row) => [
  "import os", "", "import httpx", "", `row = ${indented(row).replace(/\n {4}/g, "\n")}`, "response = httpx.post(",
  `    "${location.origin}/v1/impact?ranges=true",`, `    headers={"Authorization": f"Bearer {os.environ['WATTDROP_API_KEY']}"},`,
  `    json={"rows": [row]},`, ")", "response.raise_for_status()", "print(response.json())",
].join("\n");

const sheet = (row) => {
  const fields = Object.entries(row).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]);
  const query = new URLSearchParams([["format", "value"], ["metric", "carbon"], ["key", "YOUR_KEY"], ...fields]);
  return `=VALUE(WEBSERVICE("${location.origin}/v1/impact?${query}"))`;
};

export const Call = ({ row }) => html`
  <section class="card" aria-labelledby="call">
    <h2 id="call">${t("call.title")}</h2>
    <${Code} samples=${[
      { id: "curl", label: t("call.curl"), source: curl(row) },
      { id: "python", label: t("call.python"), source: python(row) },
      { id: "sheet", label: t("call.sheet"), source: sheet(row) },
    ]} />
  </section>
`;
