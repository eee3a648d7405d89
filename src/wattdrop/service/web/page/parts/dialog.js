// A dialog over the page: the browser's own, which keeps the focus inside, closes with Escape and gives the focus back.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";

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
  const escape = (event) => {
    event.preventDefault();
    onClose();
  };
  const outside = (event) => event.target === place.current && onClose();
  return html`
    <dialog ref=${place} class=${wide ? "wide" : undefined} aria-labelledby="dialog" onCancel=${escape} onClick=${outside}>
      <div class="inside">
        <div class="dialoghead"><h2 id="dialog">${title}</h2><button type="button" class="quiet" onClick=${onClose}>${t("close")}</button></div>
        ${children}
      </div>
    </dialog>
  `;
};
