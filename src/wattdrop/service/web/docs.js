// Starts Swagger UI on this service's own description. Everything comes from this service: no other host is asked.
"use strict";

// The page is as dark as the reader's system.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// The description names the address that `make run` listens on; here it is the one that the page came from.
const atHome = (source) => source.replaceAll("http://127.0.0.1:8000", location.origin);

// Code to paste, above the answers of each operation.
const withSamples = (Responses, system) => (props) => {
  const element = system.React.createElement;
  const samples = system.specSelectors.specJson().getIn(["paths", props.path, props.method, "x-codeSamples"]);
  const shown = (samples ? samples.toJS() : []).map(({ label, source }) =>
    element("details", { key: label }, element("summary", null, label),
      element("pre", { tabIndex: 0 }, element("code", null, atHome(source)))));
  return element("div", null, element("section", { className: "samples", "aria-label": "Code" }, shown),
    element(Responses, props));
};

// The request that was just sent, as Python: what Swagger UI shows as curl.
const asPython = (request) => {
  const headers = (request.get("headers") || new Map()).toJS?.() ?? {};
  const body = request.get("body");
  const lines = [`    ${JSON.stringify(request.get("url"))},`, `    headers=${JSON.stringify(headers)},`];
  if (typeof body === "string") lines.push(`    content=${JSON.stringify(body)},`);
  return ["import httpx", "", `response = httpx.request(`, `    ${JSON.stringify(request.get("method"))},`, ...lines, ")",
    "response.raise_for_status()", "print(response.text)"].join("\n");
};

// Names for screen readers where Swagger UI has none.
const NAMES = {
  "textarea.body-param__text": () => "Request body",
  "select.examples-select-element": () => "Example",
  ".modal-ux button.close-modal": () => "Close",
  "#auth-bearer-value": () => "API key",
  "tr[data-param-name] select, tr[data-param-name] input": (field) => field.closest("tr").dataset.paramName,
};
const named = () => {
  for (const [selector, name] of Object.entries(NAMES))
    for (const field of document.querySelectorAll(selector))
      if (field.getAttribute("aria-label") !== name(field)) field.setAttribute("aria-label", name(field));
};
new MutationObserver(named).observe(document.getElementById("reference"), { childList: true, subtree: true });

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  syntaxHighlight: { theme: "obsidian" },
  requestSnippetsEnabled: true,
  requestSnippets: {
    generators: {
      curl_bash: { title: "curl", syntax: "bash" },
      python: { title: "Python", syntax: "python" },
    },
    languages: ["curl_bash", "python"],
    defaultExpanded: true,
  },
  plugins: [() => ({ wrapComponents: { responses: withSamples }, fn: { requestSnippetGenerator_python: asPython } })],
});
