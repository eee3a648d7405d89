// From one page of a long list to the next.
import { html } from "../html.js";
import { number, t } from "../text.js";

export const Pages = ({ offset, size, count, onMove }) => count > size && html`
  <nav class="pages" aria-label=${t("pages.label")}>
    <button type="button" disabled=${offset === 0} onClick=${() => onMove(Math.max(0, offset - size))}>${t("catalog.before")}</button>
    <span role="status">${t("pages.shown", { first: number(offset + 1, {}), last: number(Math.min(offset + size, count), {}), count: number(count, {}) })}</span>
    <button type="button" disabled=${offset + size >= count} onClick=${() => onMove(offset + size)}>${t("catalog.after")}</button>
  </nav>
`;
