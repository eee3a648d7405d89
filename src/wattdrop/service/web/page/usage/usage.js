// Usage: what stored requests add up to, how it went, which groups it is, and down to one request.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { usage } from "../api.js";
import { t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Budget, budgetDays, budgetOf } from "./budget.js";
import { COLOURS } from "./colours.js";
import { Days, Split, Trail } from "./controls.js";
import { daysText, daysOf, periodsOf } from "./days.js";
import { Export } from "./export.js";
import { Ranking } from "./ranking.js";
import { Request } from "./request.js";
import { Requests } from "./requests.js";
import { DemoSign, NoKey, NotAllowed, NothingThen, NothingYet, Off } from "./states.js";
import { Counts, Totals } from "./totals.js";
import { Trend } from "./trend.js";
import { asked, fromAddress, metricOf, periodOf, toAddress } from "./view.js";

const FEW = 10;
const MANY = 100;
const STEPS = ["days", "from", "to", "only", "together", "row", "failed"]; // changes that the browser's way back undoes
const here = () => fromAddress(location.search);

const useView = () => {
  const [view, setView] = useAddress(here);
  const change = (changes) => {
    const next = { ...view, ...changes, ...(changes.days ? daysOf(changes.days) : {}) };
    if (next.from > next.to) next.to = next.from;
    setView(next);
    history[STEPS.some((name) => name in changes) ? "pushState" : "replaceState"](null, "", toAddress(next));
  };
  return [view, change];
};

export const UsagePage = ({ known, ready, onKeyEnded, spoken }) => {
  const [view, change] = useView();
  const readable = view.demo || ready;
  return html`
    <div class="title"><h1>${t("usage.heading")}</h1><p>${t("usage.lead")}</p></div>
    ${view.demo && html`<${DemoSign} />`}
    ${!readable && known && html`<${NoKey} />`}
    ${readable && html`<${Dashboard} view=${view} change=${change} onKeyEnded=${onKeyEnded} spoken=${spoken} />`}
  `;
};

const Dashboard = ({ view, change, onKeyEnded, spoken }) => {
  if (!view.row && !view.together) return html`<${Sums} view=${view} change=${change} spoken=${spoken} onKeyEnded=${onKeyEnded} />`;
  return html`
    <${Trail} view=${view} onChange=${change} />
    ${view.row
      ? html`<${Request} view=${view} demo=${view.demo} spoken=${spoken} onTogether=${(name, value) => change({ together: [name, value], row: "" })} />`
      : html`<${Together} view=${view} change=${change} metric=${metricOf(view)} spoken=${spoken} />`}
  `;
};

// What the page asks about some days. The answers come together, with the view that they belong to: nothing is drawn
// that belongs half to the days before.
const sums = async (view, most) => {
  const [base, period, metric] = [asked(view), periodOf(view), metricOf(view)];
  const groups = { ...base, group_by: view.by, sort: metric.key };
  const [totals, ranked, split] = await Promise.all([
    usage({ ...base, period }), usage({ ...groups, limit: most }), usage({ ...groups, period, limit: COLOURS }),
  ]);
  return { view, period, metric, totals, ranked, split };
};

const Sums = ({ view, change, spoken, onKeyEnded }) => {
  const [most, setMost] = useState(FEW);
  const needs = [JSON.stringify(asked(view)), view.by, view.metric, periodOf(view), most];
  const { answer, error } = useAnswer(() => sums(view, most), needs);
  useEffect(() => { if (error?.status === 401) onKeyEnded(); }, [error]);
  if (error?.status === 403) return html`<${NotAllowed} />`;
  const { ledger, total, stored_first_day: from, stored_last_day: to } = answer?.totals ?? {};
  if (answer && !from) return ledger === "off" ? html`<${Off} />` : html`<${NothingYet} />`;
  return html`
    ${ledger === "off" && html`<p class="card notice">${t("usage.off.now")}</p>`}
    <${Days} view=${view} onChange=${change} />
    <${Trail} view=${view} onChange=${change} />
    <${Problem} error=${error} />
    ${total?.rows === 0 && html`<${NothingThen} stored=${{ from, to }} filtered=${Object.keys(view.only).length > 0}
      onStored=${() => change({ days: "", from, to })} onUnfiltered=${() => change({ only: {} })} />`}
    ${total?.rows > 0 && html`<${Whole} answer=${answer} view=${view} change=${change} spoken=${spoken} onMore=${() => setMost(MANY)} />`}
  `;
};

const List = ({ view, change, metric, onTotal }) => html`
  <${Requests} view=${view} metric=${metric} demo=${view.demo} onTotal=${onTotal} onRow=${(row) => change({ row })}
    onTogether=${(name, value) => change({ together: [name, value] })} onSort=${(sort) => change({ sort })} onFailed=${(failed) => change({ failed })} />
`;

// A trace or a session: its sum, and its requests.
const Together = ({ view, change, spoken, metric }) => {
  const [total, setTotal] = useState();
  return html`
    <div class="results">
      <h2 class="name">${t(`usage.fact.${view.together[0]}`)} ${view.together[1]}</h2>
      ${total && html`<${Totals} total=${total} spoken=${spoken} /><${Counts} total=${total} /><p class="hint">${t("usage.together.range")}</p>`}
      <${List} view=${view} change=${change} metric=${metric} onTotal=${setTotal} />
    </div>
  `;
};

const Whole = ({ answer, view, change, spoken, onMore }) => {
  const { totals, ranked, split, period, metric } = answer;
  const { by, only } = answer.view;
  const { total } = totals;
  const { demo } = view;
  const order = ranked.groups.map((one) => one.group[by]);
  const periods = periodsOf({ from: totals.first_day, to: totals.last_day }, period);
  const budget = budgetOf(view, metric);
  const monthly = period === "month" && view.budget_per === "month" && budget > 0 ? budget : undefined;
  return html`
    <div class="results">
      <p class="unseen" role="status">${daysText(view)}</p>
      <${Totals} total=${total} spoken=${spoken} />
      <p class="hint">${t("usage.legend")}</p>
      <${Counts} total=${total} onFailed=${() => change({ failed: true })} />
      <${Split} view=${view} onChange=${change} />
      ${periods.length > 1 && html`<${Trend} totals=${totals} split=${{ groups: split.groups, order }} periods=${periods} period=${period} by=${by} metric=${metric}
        budget=${monthly} demo=${demo} spoken=${spoken} onChoose=${(one) => change({ days: "", from: one.from, to: one.to, per: "" })} />`}
      <${Ranking} ranked=${ranked} total=${total} by=${by} metric=${metric} order=${order} only=${only} demo=${demo} spoken=${spoken}
        onOnly=${(name, value) => change({ only: { ...view.only, [name]: value } })} onMore=${onMore} />
      <${Spent} view=${view} change=${change} metric=${metric} budget=${budget} spoken=${spoken} />
      <${List} view=${view} change=${change} metric=${metricOf(view)} />
      <${Export} view=${view} demo=${demo} />
    </div>
  `;
};

const Spent = ({ view, change, metric, budget, spoken }) => {
  const days = budgetDays(view);
  const needs = [JSON.stringify({ ...asked(view), ...days }), budget > 0];
  const { answer } = useAnswer(() => budget > 0 && usage({ ...asked(view), ...days, period: "day" }), needs);
  return html`<${Budget} view=${view} metric=${metric} answer=${answer} demo=${view.demo} spoken=${spoken} onChange=${change} />`;
};
