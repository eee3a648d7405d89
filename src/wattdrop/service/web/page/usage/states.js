// What is shown where there is nothing to show yet, and why; and what says that the data are made up.
import { html } from "../html.js";
import { t } from "../text.js";
import { Code } from "../parts/code.js";
import { daysText } from "./days.js";

const ROW = `{
    "model_id": "gpt-4o", "input_tokens": 1000, "output_tokens": 500,
    "project_id": "search", "client_id": "acme"
  }`;
const curl = () => [
  `curl ${location.origin}/v1/impact \\`, `  -H "Authorization: Bearer $WATTDROP_API_KEY" \\`, `  -H "Content-Type: application/json" \\`, `  -d '{"rows": [${ROW}]}'`,
].join("\n");
const python = () => [
  "import os", "", "import httpx", "", "response = httpx.post(", `    "${location.origin}/v1/impact",`,
  `    headers={"Authorization": f"Bearer {os.environ['WATTDROP_API_KEY']}"},`, `    json={"rows": [${ROW}]},`, ")", `print(response.headers["x-wattdrop-stored"], "stored")`,
].join("\n");

const DemoLink = ({ main }) => html`<a class=${main ? "button main" : "button"} href="/usage?demo=true">${t("usage.demo.show")}</a>`;

const Empty = ({ title, children }) => html`<section class="card empty"><h2>${title}</h2>${children}</section>`;

export const NoKey = () => html`<${Empty} title=${t("usage.nokey")}><p>${t("usage.nokey.text")}</p><p class="examples"><${DemoLink} /></p><//>`;

export const NotAllowed = () => html`
  <${Empty} title=${t("usage.scope")}><p>${t("usage.scope.text")}</p><p><code>${"wattdrop keys create NAME --scopes impact,read"}</code></p><p class="examples"><${DemoLink} /></p><//>
`;

export const Off = () => html`
  <${Empty} title=${t("usage.off")}><p>${t("usage.off.text")}</p><p><code>${"WATTDROP_LEDGER=on"}</code></p><p class="examples"><${DemoLink} /></p><//>
`;

export const NothingYet = () => html`
  <${Empty} title=${t("usage.empty")}>
    <p>${t("usage.empty.text")}</p>
    <div class="sample"><${Code} samples=${[{ id: "curl", label: t("call.curl"), source: curl() }, { id: "python", label: t("call.python"), source: python() }]} /></div>
    <p class="examples"><${DemoLink} main /></p>
  <//>
`;

export const NothingThen = ({ stored, filtered, onStored, onUnfiltered }) => html`
  <${Empty} title=${t("usage.nothing")}>
    <p>${t("usage.nothing.text", { days: daysText(stored) })}</p>
    <p class="examples">
      ${filtered && html`<button type="button" onClick=${onUnfiltered}>${t("usage.unfiltered")}</button>`}
      <button type="button" class="main" onClick=${onStored}>${t("usage.stored")}</button>
    </p>
  <//>
`;

export const DemoSign = () => html`
  <aside class="demosign" aria-label=${t("usage.demo.label")}><p><strong>${t("usage.demo.title")}</strong> ${t("usage.demo.text")}</p><a class="button" href="/usage">${t("usage.demo.leave")}</a></aside>
`;
