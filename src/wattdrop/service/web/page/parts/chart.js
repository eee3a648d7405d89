// A drawing by Observable Plot, as wide as its place, in the colours of the page. What it shows is said in words beside it.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { savePng, saveSvg } from "./save.js";
import { script } from "./script.js";

export const plot = () => script("d3").then(() => script("plot")).then(() => globalThis.Plot);

// With a `name` the drawing can be saved under it; `title` says what it is where its label is long. `onPoint` is told what a
// pointer is at, where the drawing has a pointer.
export const Chart = ({ label, draw, needs, name, title = label, onPoint }) => {
  const place = useRef();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    let current = true;
    if (width > 0) plot().then((Plot) => {
      if (!current || !place.current) return;
      const drawing = draw(Plot, width);
      drawing.querySelector("style")?.remove(); // the policy allows no style in the document; style.css has the same rules
      drawing.querySelectorAll("[aria-label]").forEach((part) => part.removeAttribute("aria-label")); // the whole is described instead
      if (onPoint) drawing.addEventListener("input", () => onPoint(drawing.value ?? undefined));
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", label);
      place.current.replaceChildren(drawing);
    });
    return () => { current = false; };
  }, [width, label, ...needs]);
  const saved = (as) => () => as(place.current.querySelector("svg"), name);
  return html`
    <div class="chart" ref=${place}></div>
    ${name && html`<p class="saves">
      <button type="button" class="quiet" aria-label=${t("save.svg", { what: title })} onClick=${saved(saveSvg)}>${"SVG"}</button>
      <button type="button" class="quiet" aria-label=${t("save.png", { what: title })} onClick=${saved(savePng)}>${"PNG"}</button>
    </p>`}
  `;
};
