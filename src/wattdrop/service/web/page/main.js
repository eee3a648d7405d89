// Starts the page: the texts first, then the frame with the part that the address asks for. A part is fetched when it is
// shown, so that who reads one does not wait for the others.
import { render } from "preact";
import { html } from "./html.js";
import { chosenLanguage, useLanguage } from "./text.js";
import { Shell } from "./shell.js";

const PAGES = [
  { path: "/", key: "calculator", load: async () => (await import("./calculator/calculator.js")).Calculator },
  { path: "/catalog", key: "catalog", load: async () => (await import("./catalog/catalog.js")).Catalog },
  {
    path: "/usage", key: "usage", load: async () => (await import("./usage/usage.js")).UsagePage,
    open: () => new URLSearchParams(location.search).has("demo"), // made-up data needs no key
  },
];

const page = PAGES.find((one) => one.path === location.pathname) ?? PAGES[0];
const [part] = await Promise.all([page.load(), useLanguage(chosenLanguage())]);
render(html`<${Shell} pages=${PAGES} page=${page} part=${part} />`, document.getElementById("page"));
