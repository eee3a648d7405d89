// The same amounts as things of every day, each with the document that its figure is from.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { equivalents } from "../api.js";
import { amount, t } from "../text.js";

export const Equivalents = ({ impact }) => {
  const [found, setFound] = useState([]);
  useEffect(() => {
    const controller = new AbortController();
    equivalents(impact, controller.signal).then(setFound, () => {});
    return () => controller.abort();
  }, [impact]);
  if (!found.length) return null;
  return html`
    <section class="card" aria-labelledby="everyday">
      <h2 id="everyday">${t("everyday.title")}</h2>
      <ul class="everyday">${found.map((one) => html`
        <li key=${one.id}><strong>${amount(one.value, one.unit).text}</strong> ${t(`everyday.${one.id}`)}
          <details><summary>${t("everyday.source")}</summary>
            <p lang="en">${one.note} <a href=${one.source.url} rel="noreferrer">${one.source.producer}, ${one.source.title}</a></p></details>
        </li>`)}</ul>
    </section>
  `;
};
