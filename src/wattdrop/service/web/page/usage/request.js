// One request: what it was, what it used, and every step to its numbers.
import { html } from "../html.js";
import { usageRow } from "../api.js";
import { named, number, percent, span, t } from "../text.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Sources } from "../parts/sources.js";
import { Steps, precise } from "../parts/steps.js";
import { momentText } from "./days.js";
import { Head, named as groupName } from "./parts.js";
import { Totals } from "./totals.js";
import { METRICS } from "../parts/metrics.js";
import { whose } from "./view.js";

const FACTS = ["model_id", "task", "service_id", "node_id", "gpu_id", "country", "region", "project_id", "client_id", "application_id", "environment", "integration_source"];

const Facts = ({ row, onTogether }) => html`
  <dl class="facts">
    ${FACTS.filter((name) => row[name]).map((name) => html`<div key=${name}><dt>${t(`usage.fact.${name}`)}</dt><dd>${groupName(name, row[name])}</dd></div>`)}
    <div><dt>${t("usage.tokens_in")}</dt><dd>${number(row.input_tokens ?? 0, {})}</dd></div>
    <div><dt>${t("usage.tokens_out")}</dt><dd>${number(row.output_tokens ?? 0, {})}</dd></div>
    ${row.cost !== undefined && html`<div><dt>${t("usage.cost")}</dt><dd>${precise(row.cost)} ${row.currency ?? ""}</dd></div>`}
    ${["trace_id", "session_id"].filter((name) => row[name]).map((name) => html`<div key=${name}><dt>${t(`usage.fact.${name}`)}</dt><dd><button type="button" class="link" onClick=${() => onTogether(name, row[name])}>${row[name]}</button></dd></div>`)}
  </dl>
`;

const Explained = ({ told, row, demo }) => html`
  ${(told.method_version !== row.method_version || told.catalog_digest !== row.catalog_digest) && html`<p class="card notice">${t("usage.explained.newer")}</p>`}
  <section class="card" aria-labelledby="chosen">
    <${Head} id="chosen" title=${t("usage.chosen")} demo=${demo} />
    <div class="scroll" tabindex="0" role="group" aria-label=${t("usage.chosen")}>
      <table class="wraps">
        <thead><tr><th scope="col">${t("assumed.question")}</th><th scope="col">${t("assumed.chosen")}</th><th scope="col">${t("assumed.basis")}</th></tr></thead>
        <tbody>${told.choices.map((one) => html`
          <tr key=${one.question}><th scope="row">${named("question", one.question)}</th><td lang="en">${one.chosen}${one.note && html`<small>${one.note}</small>`}</td>
            <td><span class=${`basis ${one.basis}`}>${named("basis", one.basis)}</span></td></tr>`)}</tbody>
      </table>
    </div>
  </section>
  <section class="card" aria-labelledby="why">
    <${Head} id="why" title=${t("causes.title")} demo=${demo} />
    <ul class="advice">${told.causes.slice(0, 4).map((one) => html`
      <li key=${one.cause}><strong>${named("cause", one.cause)}</strong> ${percent(one.share)}
        <span>${t("causes.alone", { cause: named("cause", one.cause), range: span(one.low, one.high, "Wh", told.results.total_energy_wh) })}</span></li>`)}</ul>
  </section>
  <section class="card" aria-labelledby="steps">
    <${Head} id="steps" title=${t("usage.explained")} demo=${demo} />
    <p>${t("usage.explained.text")}</p>
    <${Steps} steps=${told.steps} sources=${told.sources} />
  </section>
  <section class="card" aria-labelledby="sources">
    <details><summary><h2 id="sources">${t("entity.sources")}</h2></summary>
      <${Sources} sources=${told.sources} /></details>
  </section>
`;

export const Request = ({ view, demo, spoken, onTogether }) => {
  const { answer, error } = useAnswer(() => usageRow(view.row, whose(view)), [view.row, view.demo]);
  if (error) return html`<${Problem} error=${error} />`;
  if (!answer) return null;
  const { row, explanation } = answer;
  return html`
    <article class="results">
      <h2 class="name">${momentText(row.at)}${demo && html` <span class="tag">${t("usage.demo.tag")}</span>`}</h2>
      ${row.error
        ? html`<p class="card problem">${t("usage.row.error")} <span lang="en">${explanation?.error?.message ?? row.error}</span></p>`
        : html`<${Totals} total=${row} spoken=${spoken} />`}
      <section class="card" aria-labelledby="facts"><${Head} id="facts" title=${t("usage.row.facts")} demo=${demo} /><${Facts} row=${row} onTogether=${onTogether} />
        <details><summary>${t("usage.row.sent")}</summary><div class="code"><pre tabindex="0" role="group" aria-label=${t("usage.row.sent")}><code>${JSON.stringify(answer.request, null, 2)}</code></pre></div></details></section>
      ${explanation?.steps && html`<${Explained} told=${explanation} row=${row} demo=${demo} />`}
      <p class="hint">${t("usage.row.made", { method: row.method_version, digest: row.catalog_digest.slice(0, 12), id: row.request_id })}</p>
    </article>
  `;
};
