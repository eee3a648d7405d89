// A button that copies, where the browser lets a page do so.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";

export const Copy = ({ text, label }) => {
  const [done, setDone] = useState(false);
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return html`<button type="button" class="quiet copy" onClick=${copy}><span aria-live="polite">${done ? t("copied") : label}</span></button>`;
};
