// Files to take away, with the days, filters and groups that are shown.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { usageFile } from "../api.js";
import { t } from "../text.js";
import { Problem } from "../parts/answer.js";
import { Copy } from "../parts/copy.js";
import { save } from "../parts/save.js";
import { Head } from "./parts.js";
import { asked, periodOf } from "./view.js";

export const Export = ({ view, demo }) => {
  const [told, setTold] = useState({});
  const groups = { ...asked(view), group_by: view.by, period: periodOf(view), sort: view.metric };
  const files = [
    { key: "csv", what: "usage", fields: { ...groups, format: "csv" }, name: "usage.csv" },
    { key: "xlsx", what: "usage", fields: { ...groups, format: "xlsx" }, name: "usage.xlsx" },
    { key: "rows", what: "usage/rows", fields: { ...asked(view), format: "csv" }, name: "requests.csv" },
  ];
  const take = async (file) => {
    setTold({ waiting: file.key });
    try {
      save(await usageFile(file.what, file.fields), `wattdrop-${demo ? "demo-" : ""}${view.from}-${view.to}-${file.name}`);
      setTold({});
    } catch (error) {
      setTold({ error });
    }
  };
  return html`
    <section class="card" aria-labelledby="export">
      <${Head} id="export" title=${t("usage.export")} demo=${demo} />
      <p>${t("usage.export.text")}</p>
      <p class="beside">
        ${files.map((file) => html`<button key=${file.key} type="button" disabled=${Boolean(told.waiting)} onClick=${() => take(file)}>${t(`usage.export.${file.key}`)}</button>`)}
        <${Copy} text=${location.href} label=${t("usage.link")} />
      </p>
      <${Problem} error=${told.error} />
    </section>
  `;
};
