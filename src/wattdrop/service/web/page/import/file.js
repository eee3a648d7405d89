// The file, and as what it was read.
import { html } from "../html.js";
import { number, t } from "../text.js";

const MARKS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };

const size = (bytes) => {
  const [scale, unit] = bytes < 1e3 ? [1, "byte"] : bytes < 1e6 ? [1e3, "kilobyte"] : bytes < 1e9 ? [1e6, "megabyte"] : [1e9, "gigabyte"];
  return number(bytes / scale, { style: "unit", unit, maximumSignificantDigits: 3 });
};

export const FileShown = ({ file, form, working, onOther }) => {
  const facts = [
    [t("import.file.kind"), `${t(`import.kind.${form.kind}`)}${form.packed ? `, ${form.packed}` : ""}`],
    [t("import.file.size"), size(file.size)],
    form.rows && [t("import.file.rows"), number(form.rows, {})],
    form.delimiter && [t("import.file.mark"), t(`import.mark.${MARKS[form.delimiter]}`)],
    form.encoding && form.encoding !== "utf-8" && [t("import.file.encoding"), form.encoding.toUpperCase()],
  ].filter(Boolean);
  return html`
    <section class="card file" aria-label=${t("import.file")}>
      <h2>${file.name}</h2>
      <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${form.delimiter === ";" && html`<p class="hint">${t("import.file.commas")}</p>`}
      ${form.encoding === "windows-1252" && html`<p class="hint">${t("import.file.windows")}</p>`}
      <button type="button" class="quiet" disabled=${working} onClick=${onOther}>${t("import.other")}</button>
    </section>
  `;
};
