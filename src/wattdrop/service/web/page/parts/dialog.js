// The browser's own dialog: it keeps the focus inside, closes by Escape, and gives the focus back.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";

// A `wide` one shows something and has a button that closes it; another asks something, whose answers close it.
export const Dialog = ({ title, wide, onClose, children }) => {
  const place = useRef();
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    return () => {
      place.current?.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  return html`
    <dialog ref=${place} class=${wide ? "wide" : undefined} aria-labelledby="dialog" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      ${wide ? html`<div class="dialoghead"><h2 id="dialog">${title}</h2><button type="button" class="quiet" onClick=${onClose}>${t("close")}</button></div>`
        : html`<h2 id="dialog">${title}</h2>`}
      ${children}
    </dialog>
  `;
};
