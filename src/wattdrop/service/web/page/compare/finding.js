// What was found, in words: who takes the least, how much more the others take, and whether that is more than is not known.
import { html } from "../html.js";
import { has, number, percent, t } from "../text.js";

const MOST_CAUSES = 3;
const LEAST_SHARE = 0.05;

// A ratio says how much more: two digits, and as many as that takes where it is nearly 1.
export const times = (value) => {
  const off = Math.abs(value - 1);
  const digits = off < 0.01 ? 4 : off < 0.1 ? 3 : 2;
  return number(value, { minimumSignificantDigits: 2, maximumSignificantDigits: digits });
};
const causeNamed = (cause) => (has(`cause.${cause}`) ? t(`cause.${cause}`) : cause);
const listed = (names) => new Intl.ListFormat(document.documentElement.lang).format(names);

// How one differs from the least, and how sure that is.
const About = ({ one, least, metric }) => {
  const { verdict, ratio } = one.compared[metric.usage];
  const said = { more: one.name, less: least.name, metric: t(`compare.of.${metric.key}`) };
  if (!ratio) return html`<p class="found">${t(`compare.none.${verdict}`, said)}</p>`;
  const [central, low, high] = [ratio.central, ratio.low_90, ratio.high_90].map(times);
  return html`<p class="found">${t(`compare.found.${verdict}`, { ...said, times: central })}</p>
    <p>${t(`compare.sure.${verdict}`, { low, high })}</p>`;
};

// The others by what can be said of them, where there are more than two.
const Others = ({ others, metric }) => {
  const of = (verdict) => others.filter((one) => one.compared[metric.usage].verdict === verdict).map((one) => one.name);
  const said = ["same", "open", "likely", "clear"].filter((verdict) => of(verdict).length > 0);
  return html`<ul class="verdicts">${said.map((verdict) => html`
    <li key=${verdict}><span class=${`verdict ${verdict}`}>${t(`verdict.${verdict}`)}</span> ${listed(of(verdict))}</li>`)}</ul>`;
};

// Causes of one name as one: its whole share, and whether all of it is an unknown of both.
const merged = (causes) => Object.values(Object.groupBy(causes, (one) => one.cause)).map((same) => ({
  cause: same[0].cause, share: same.reduce((sum, one) => sum + one.share, 0), shared: same.every((one) => one.shared),
}));

// Why the range of the ratio is as wide as it is, what does not matter to it, and what would narrow it where that is wanted.
export const Why = ({ one, metric }) => {
  const { causes, verdict } = one.compared[metric.usage];
  if (verdict === "same" || causes.length === 0) return null;
  const of = merged(causes).toSorted((a, b) => b.share - a.share);
  const wide = of.filter((cause) => cause.share >= LEAST_SHARE).slice(0, MOST_CAUSES);
  const settled = of.filter((cause) => cause.shared && cause.share < LEAST_SHARE);
  const narrowing = verdict === "clear" ? [] : wide.filter(({ cause }) => has(`advice.${cause}`));
  return html`
    <p class="hint">${t("compare.why", { causes: listed(wide.map((cause) => `${causeNamed(cause.cause)} (${percent(cause.share)})`)) })}
      ${settled.length > 0 && html` ${t("compare.cancelled", { causes: listed(settled.slice(0, MOST_CAUSES).map((cause) => causeNamed(cause.cause))) })}`}</p>
    ${narrowing.length > 0 && html`<h3>${t("causes.narrow")}</h3><ul class="advice">${narrowing.map(({ cause }) => html`<li key=${cause}>${t(`advice.${cause}`)}</li>`)}</ul>`}`;
};

export const Finding = ({ ranked, metric }) => {
  const [least, ...others] = ranked;
  const most = others.at(-1);
  return html`
    <div class="finding">
      <div role="status"><${About} one=${most} least=${least} metric=${metric} /></div>
      ${others.length > 1 && html`<p>${t("compare.others", { name: least.name, metric: t(`compare.of.${metric.key}`) })}</p><${Others} others=${others} metric=${metric} />`}
    </div>
  `;
};
