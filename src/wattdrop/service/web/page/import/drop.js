// Where a file is dropped or chosen; what cannot be read is said here, with what to do about it.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../text.js";
import { exampleFile } from "./example.js";

const ENDINGS = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.gz,.zst";
const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// Anywhere on the page: a file that misses its field would otherwise replace the page.
const useDrop = (onFile) => {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const drag = (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event) => { if (!event.relatedTarget) setOver(false); };
    const drop = (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer.files.length) onFile(event.dataTransfer.files[0]);
    };
    const heard = { dragover: drag, dragleave: leave, drop };
    Object.entries(heard).forEach(([name, hear]) => addEventListener(name, hear));
    return () => Object.entries(heard).forEach(([name, hear]) => removeEventListener(name, hear));
  }, [onFile]);
  return over;
};

export const Drop = ({ file, opening, problem, able, onFile }) => {
  const over = useDrop(onFile);
  return html`
    ${problem && html`<div class="card problem" role="alert">
      <h2>${t("import.unreadable.title", { name: file.name })}</h2>
      <p>${t(`import.unreadable.${problem.why}`, problem.places)}</p>
    </div>`}
    <label class=${over ? "drop over" : "drop"} aria-busy=${Boolean(opening)}>
      <input type="file" class="unseen" accept=${ENDINGS} disabled=${!able || opening}
        onChange=${(event) => { if (event.currentTarget.files.length) onFile(event.currentTarget.files[0]); event.currentTarget.value = ""; }} />
      <svg viewBox="0 0 24 24" width="44" height="44" aria-hidden="true"><path d="M12 16V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15" /></svg>
      <strong>${t(opening ? "import.opening" : "import.drop")}</strong>
      <span>${t("import.choose")}</span>
      <small>${t("import.kinds")}</small>
    </label>
    <div class="started">
      <button type="button" disabled=${!able || opening} onClick=${() => onFile(exampleFile())}>${t("import.example")}</button>
      <p>${t("import.private")}</p>
    </div>
  `;
};
