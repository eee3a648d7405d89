// The same amounts as things of every day, each with the document that its figure is from.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { equivalents } from "../api.js";
import { amount, t } from "../text.js";

const TIMES = [1, 1000, 1e6]; // one request is little; a team's are not
const times = (impact, count) =>
  Object.fromEntries(["usage_energy_wh", "usage_emissions_gco2e", "usage_water_ml"].map((name) => [name, impact[name] * count]));

export const Equivalents = ({ impact }) => {
  const [count, setCount] = useState(1);
  const [found, setFound] = useState([]);
  useEffect(() => {
    const controller = new AbortController();
    equivalents(times(impact, count), controller.signal).then(setFound, () => {});
    return () => controller.abort();
  }, [impact, count]);
  if (!found.length) return null;
  return html`
    <section class="card" aria-labelledby="everyday">
      <div class="headed"><h2 id="everyday">${t("everyday.title")}</h2>
        <fieldset class="tabs"><legend class="unseen">${t("everyday.times")}</legend>
          ${TIMES.map((one) => html`<label key=${one}><input type="radio" name="times" checked=${one === count} onChange=${() => setCount(one)} /><span>${t(`times.${one}`)}</span></label>`)}
        </fieldset></div>
      <ul class="everyday">${found.map((one) => html`
        <li key=${one.id}><strong>${amount(one.value, one.unit).text}</strong> ${t(`everyday.${one.id}`)}
          <details><summary>${t("everyday.source")}</summary>
            <p lang="en">${one.note} <a href=${one.source.url} rel="noreferrer">${one.source.producer}, ${one.source.title}</a></p></details>
        </li>`)}</ul>
    </section>
  `;
};
