// The browser's own dialog: it keeps the focus inside, closes by Escape, and gives the focus back.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";

export const Dialog = ({ title, onClose, children }) => {
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
    <dialog ref=${place} aria-labelledby="dialog" onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      <h2 id="dialog">${title}</h2>
      ${children}
    </dialog>
  `;
};
