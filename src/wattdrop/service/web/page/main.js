// Starts the page: the texts first, then the frame with the part that the address asks for. A part is fetched when it is
// shown, so that who reads one does not wait for the others.
import { render } from "preact";
import { html } from "./html.js";
import { chosenLanguage, useLanguage } from "./text.js";
import { Shell } from "./shell.js";
import { session } from "./api.js";

// A page that is `open` needs no key: made-up usage, published accuracy. One with a `scope` is offered to keys that have it.
const demo = () => new URLSearchParams(location.search).has("demo");
const PAGES = [
  { path: "/", key: "calculator", load: async () => (await import("./calculator/calculator.js")).Calculator },
  { path: "/compare", key: "compare", load: async () => (await import("./compare/compare.js")).Compare },
  { path: "/usage", key: "usage", open: demo, load: async () => (await import("./usage/usage.js")).UsagePage },
  { path: "/import", key: "import", load: async () => (await import("./import/import.js")).Import },
  { path: "/catalog", key: "catalog", load: async () => (await import("./catalog/catalog.js")).Catalog },
  { path: "/accuracy", key: "accuracy", open: () => true, load: async () => (await import("./accuracy/accuracy.js")).Accuracy },
  { path: "/admin", key: "admin", scope: "admin", load: async () => (await import("./admin/admin.js")).Admin },
];

// The link that the server prints at its start has a code behind the #, which no server sees; it is worth one session.
const byLink = async () => {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return false;
  history.replaceState(null, "", location.pathname + location.search);
  return session.begin({ code }).then(() => false, () => true);
};

const page = PAGES.find((one) => one.path === location.pathname) ?? PAGES[0];
const [part, spent] = await Promise.all([page.load(), byLink(), useLanguage(chosenLanguage())]);
render(html`<${Shell} pages=${PAGES} page=${page} part=${part} spent=${spent} />`, document.getElementById("page"));
