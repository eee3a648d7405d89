// The answer: the finding in a sentence, the candidates in their order, carbon against water, and every number.
import { html } from "../html.js";
import { t } from "../text.js";
import { Said } from "../parts/answer.js";
import { Copy } from "../parts/copy.js";
import { METRICS } from "../parts/metrics.js";
import { Bars } from "./bars.js";
import { Call } from "./call.js";
import { Day } from "./day.js";
import { Finding, Why } from "./finding.js";
import { Numbers } from "./numbers.js";
import { Tradeoff } from "./tradeoff.js";

export const Result = ({ told, question, asked, spoken, onMetric }) => {
  const metric = METRICS.find((one) => one.key === question.metric);
  const good = told.filter((one) => !one.error);
  const wrong = told.filter((one) => one.error);
  const ranked = good.toSorted((a, b) => a.compared[metric.usage].rank - b.compared[metric.usage].rank);
  return html`
    ${wrong.length > 0 && html`<div class="card problem" role="alert"><ul class="plain">${wrong.map((one) => html`
      <li key=${one.id}><strong>${one.name}</strong> <${Said} error=${one.error} /></li>`)}</ul></div>`}
    ${ranked.length > 1 && html`
      <section class="card" aria-labelledby="ranking">
        <h2 id="ranking" class="unseen">${t("compare.ranking")}</h2>
        <fieldset class="tabs"><legend class="unseen">${t("compare.metric")}</legend>
          ${METRICS.map((one) => html`<label key=${one.key}><input type="radio" name="metric" checked=${one === metric} onChange=${() => onMetric(one.key)} /><span>${t(`metric.${one.key}`)}</span></label>`)}
        </fieldset>
        <${Finding} ranked=${ranked} metric=${metric} />
        <${Bars} ranked=${ranked} metric=${metric} spoken=${spoken} />
        <${Why} one=${ranked.at(-1)} metric=${metric} />
      </section>
      ${["hours", "places"].includes(question.vary) && html`<${Day} question=${question} told=${good} asked=${asked} spoken=${spoken} />`}
      <${Tradeoff} told=${good} spoken=${spoken} />
      <${Numbers} ranked=${ranked} metric=${metric} vary=${question.vary} />
      <${Call} rows=${told.map(({ name, row }) => ({ label: name, ...row }))} />
      <p class="share"><${Copy} text=${location.href} label=${t("compare.share")} /></p>`}
  `;
};
