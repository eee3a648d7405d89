// What was found, in words: who takes the least, how much more the others take, and whether that is more than is not known.
import { html } from "../html.js";
import { has, number, percent, t } from "../text.js";

const MOST_CAUSES = 3;
const LEAST_SHARE = 0.05;

export const times = (value) => number(value, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
const causeNamed = (cause) => (has(`cause.${cause}`) ? t(`cause.${cause}`) : cause);
const listed = (names) => new Intl.ListFormat(document.documentElement.lang).format(names);

const about = (one, least, metric) => {
  const { verdict, ratio } = one.compared[metric.usage];
  const places = { more: one.name, less: least.name, metric: t(`compare.of.${metric.key}`) };
  if (!ratio) return t(`compare.none.${verdict}`, places);
  return t(`compare.found.${verdict}`, { ...places, times: times(ratio.central), low: times(ratio.low_90), high: times(ratio.high_90) });
};

// The others by what can be said of them, where there are more than two.
const Others = ({ others, metric }) => {
  const of = (verdict) => others.filter((one) => one.compared[metric.usage].verdict === verdict).map((one) => one.name);
  const said = ["same", "open", "likely", "clear"].filter((verdict) => of(verdict).length > 0);
  return html`<ul class="verdicts">${said.map((verdict) => html`
    <li key=${verdict}><span class=${`verdict ${verdict}`}>${t(`verdict.${verdict}`)}</span> ${listed(of(verdict))}</li>`)}</ul>`;
};

// Why the range of the ratio is as wide as it is, and what does not matter to it.
const Why = ({ one, metric }) => {
  const { causes, verdict } = one.compared[metric.usage];
  if (verdict === "same" || causes.length === 0) return null;
  const wide = causes.filter((cause) => cause.share >= LEAST_SHARE).slice(0, MOST_CAUSES);
  const settled = causes.filter((cause) => cause.shared && cause.share < LEAST_SHARE);
  return html`
    <p class="hint">${t("compare.why", { causes: listed(wide.map((cause) => `${causeNamed(cause.cause)} (${percent(cause.share)})`)) })}
      ${settled.length > 0 && html` ${t("compare.cancelled", { causes: listed(settled.slice(0, MOST_CAUSES).map((cause) => causeNamed(cause.cause))) })}`}</p>`;
};

export const Finding = ({ ranked, metric }) => {
  const [least, ...others] = ranked;
  const most = others.at(-1);
  return html`
    <div class="finding">
      <p class="found" role="status">${about(most, least, metric)}</p>
      ${others.length > 1 && html`<p>${t("compare.others", { name: least.name, metric: t(`compare.of.${metric.key}`) })}</p><${Others} others=${others} metric=${metric} />`}
      <${Why} one=${most} metric=${metric} />
    </div>
  `;
};
