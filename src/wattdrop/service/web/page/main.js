// Starts the page: the texts first, then the frame with the part that the address asks for.
import { render } from "preact";
import { html } from "./html.js";
import { chosenLanguage, useLanguage } from "./text.js";
import { Shell } from "./shell.js";
import { Catalog } from "./catalog/catalog.js";
import { Calculator } from "./calculator/calculator.js";

export const PAGES = [
  { path: "/", key: "calculator", part: Calculator },
  { path: "/catalog", key: "catalog", part: Catalog },
];

await useLanguage(chosenLanguage());
render(html`<${Shell} pages=${PAGES} />`, document.getElementById("page"));
