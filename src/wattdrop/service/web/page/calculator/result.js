// The answer: three numbers with their ranges, where they come from, and what would make them sharper.
import { html } from "../html.js";
import { amount, t } from "../text.js";
import { Copy } from "../parts/copy.js";
import { Metric } from "../parts/metric.js";
import { METRICS } from "../parts/metrics.js";
import { Assumed } from "./assumed.js";
import { Call } from "./call.js";
import { Causes } from "./causes.js";
import { Equivalents } from "./equivalents.js";
import { Explained } from "./explained.js";
import { Stages } from "./stages.js";

const brief = (impact) => METRICS.map((one) => [one.key, amount(impact.total_impact[one.usage], one.unit).text]);

export const Result = ({ impact, row, spoken }) => html`
  <p class="unseen" role="status">${brief(impact).map(([key, text]) => `${t(`metric.${key}`)} ${text}`).join(", ")}</p>
  <div class="metrics" id="metrics">
    ${METRICS.map((one) => html`<${Metric} key=${one.key} metric=${one} ranges=${impact.ranges} spoken=${spoken} />`)}
  </div>
  <p class="hint">${t("metric.legend")}</p>
  <${Equivalents} impact=${impact.total_impact} />
  <${Stages} impact=${impact} metrics=${METRICS} spoken=${spoken} />
  <${Causes} causes=${impact.ranges.causes} central=${impact.ranges.usage_energy_wh.central} row=${row} spoken=${spoken} />
  <${Assumed} row=${row} />
  <${Explained} row=${row} />
  <${Call} row=${row} />
  <p class="share"><${Copy} text=${location.href} label=${t("share")} /></p>
  <p class="brief"><a href="#metrics">${brief(impact).map(([key, text]) => html`<span key=${key}>${text}</span>`)}</a></p>
`;
