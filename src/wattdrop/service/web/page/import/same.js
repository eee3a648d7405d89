// The same from a terminal, for files that come every month or do not fit a browser.
import { html } from "../html.js";
import { t } from "../text.js";
import { Code } from "../parts/code.js";

const quoted = (text) => (/^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const command = (file, { preset, map }) => [
  `wattdrop estimate ${quoted(file.name)} -o results.csv`,
  ...(preset ? [`--preset ${preset}`] : []),
  ...Object.entries(map).map(([field, column]) => `--map ${quoted(`${field}=${column}`)}`),
].join(" \\\n  ");

export const Same = ({ file, mapping }) => html`
  <section class="card" aria-labelledby="same">
    <h2 id="same">${t("import.same")}</h2>
    <p class="hint">${t("import.same.why")}</p>
    <${Code} samples=${[{ id: "terminal", label: t("import.terminal"), source: command(file, mapping) }]} />
  </section>
`;
