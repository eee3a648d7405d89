// The way to the other pages: a row where there is room, behind a button on narrow screens.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";

export const Menu = ({ pages, page }) => {
  const [open, setOpen] = useState(false);
  const button = useRef();
  const press = (event) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current.focus();
  };
  return html`
    <button type="button" class="quiet menubutton" ref=${button} aria-expanded=${open} aria-controls="menu" onClick=${() => setOpen(!open)} onKeyDown=${press}>${t("nav.menu")}</button>
    <nav id="menu" class=${open ? "open" : undefined} aria-label=${t("nav.label")} onKeyDown=${press}>
      ${pages.map((one) => html`<a key=${one.path} href=${one.path} aria-current=${one === page ? "page" : undefined}>${t(`nav.${one.key}`)}</a>`)}
      <a href="/docs">${t("nav.api")}</a>
    </nav>
  `;
};
