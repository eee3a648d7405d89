// A text field that offers matches while one types (WAI-ARIA combobox with a list). What is typed counts as well: the API
// knows more spellings than a list can show. With `adds` what is chosen goes to a list elsewhere, and the field is free again.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { Field, described } from "./field.js";

const PAUSE_MS = 120;

export const Combobox = ({ id, label, hint, error, value, placeholder, search, onChoose, adds }) => {
  const [typed, setTyped] = useState(value);
  const [found, setFound] = useState([]);
  const [answered, setAnswered] = useState(""); // what the list was found for
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const asked = useRef({ timer: 0, controller: undefined });

  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => stop(), []);

  const stop = () => {
    clearTimeout(asked.current.timer);
    asked.current.controller?.abort();
  };
  const ask = (text) => {
    stop();
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setFound(await search(text, controller.signal));
        setAnswered(text);
        setAt(-1);
        setOpen(true);
      } catch {
        setOpen(false); // typing goes on without the list; what is chosen is checked by the API
      }
    }, PAUSE_MS);
    asked.current = { timer, controller };
  };
  const choose = (one) => {
    stop();
    setTyped(adds ? "" : one.shown ?? one.value);
    setOpen(false);
    onChoose(one.value);
  };
  const close = () => {
    stop();
    setOpen(false);
  };
  const take = () => {
    close();
    if (adds) setTyped("");
    if (typed.trim() !== value) onChoose(typed.trim());
  };
  const shown = open && found.length > 0;
  const press = (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      if (!open) ask(typed === value ? "" : typed);
      else setAt((at + move + found.length) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && shown && (at >= 0 || (adds && answered === typed))) {
      event.preventDefault();
      choose(found[Math.max(at, 0)]);
    } else if (event.key === "Enter") take();
    else if (event.key === "Escape" && open) {
      event.preventDefault(); // a dialog around it stays
      setOpen(false);
    }
    else if (event.key === "Escape") { setTyped(""); onChoose(""); }
  };
  useEffect(() => {
    if (shown && at >= 0) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, shown]);
  return html`
    <${Field} id=${id} label=${label} hint=${hint} error=${error}>
      <div class="combobox">
        <input id=${id} type="text" role="combobox" autocomplete="off" spellcheck=${false} placeholder=${placeholder} value=${typed}
          aria-expanded=${shown} aria-controls=${`${id}-list`} aria-autocomplete="list" aria-invalid=${Boolean(error)}
          aria-activedescendant=${shown && at >= 0 ? `${id}-${at}` : undefined} aria-describedby=${described(id, hint, error)}
          onInput=${(event) => { setTyped(event.currentTarget.value); ask(event.currentTarget.value); }}
          onKeyDown=${press} onBlur=${adds ? close : take} onFocus=${(event) => event.currentTarget.select()} />
        <ul id=${`${id}-list`} role="listbox" aria-label=${label} hidden=${!shown}>
          ${found.map((one, number) => html`
            <li key=${one.value} id=${`${id}-${number}`} role="option" aria-selected=${number === at}
              onMouseDown=${(event) => { event.preventDefault(); choose(one); }}>
              <span>${one.label}</span>${one.detail && html`<small>${one.detail}</small>`}
            </li>`)}
        </ul>
        <p class="unseen" role="status">${open ? t("combobox.found", { count: found.length }) : ""}</p>
      </div>
    <//>
  `;
};
