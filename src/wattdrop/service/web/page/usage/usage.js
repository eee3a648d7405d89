// Usage: what stored requests add up to, how it went, which groups it is, and down to one request.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { usage } from "../api.js";
import { t } from "../text.js";
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
  const [view, setView] = useState(here);
  useEffect(() => {
    const back = () => setView(here());
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
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
  const period = periodOf(view);
  const base = asked(view);
  const needs = JSON.stringify(base);
  const totals = useAnswer(() => usage({ ...base, period }), [needs, period]);
  useEffect(() => { if (totals.error?.status === 401) onKeyEnded(); }, [totals.error]);
  const { answer, error } = totals;
  if (error?.status === 403) return html`<${NotAllowed} />`;
  if (!answer) return html`<${Problem} error=${error} />`;
  if (!answer.stored_first_day) return answer.ledger === "off" ? html`<${Off} />` : html`<${NothingYet} />`;
  const shown = { view, change, spoken, demo: view.demo, metric: metricOf(view) };
  const stored = { from: answer.stored_first_day, to: answer.stored_last_day };
  return html`
    ${answer.ledger === "off" && html`<p class="card notice">${t("usage.off.now")}</p>`}
    ${!view.row && !view.together && html`<${Days} view=${view} onChange=${change} />`}
    <${Trail} view=${view} onChange=${change} />
    <${Problem} error=${error} />
    ${view.row ? html`<${Request} view=${view} demo=${view.demo} spoken=${spoken} onTogether=${(name, value) => change({ together: [name, value], row: "" })} />`
      : view.together ? html`<${Together} ...${shown} />`
      : answer.total.rows === 0 ? html`<${NothingThen} stored=${stored} filtered=${Object.keys(view.only).length > 0}
          onStored=${() => change({ days: "", ...stored })} onUnfiltered=${() => change({ only: {} })} />`
      : html`<${Whole} ...${shown} totals=${totals} period=${period} />`}
  `;
};

const List = ({ view, change, metric, demo, onTotal }) => html`
  <${Requests} view=${view} metric=${metric} demo=${demo} onTotal=${onTotal} onRow=${(row) => change({ row })}
    onTogether=${(name, value) => change({ together: [name, value] })} onSort=${(sort) => change({ sort })} onFailed=${(failed) => change({ failed })} />
`;

// A trace or a session: its sum, and its requests.
const Together = ({ view, change, spoken, demo, metric }) => {
  const [total, setTotal] = useState();
  return html`
    <div class="results">
      <h2 class="name">${t(`usage.fact.${view.together[0]}`)} ${view.together[1]}</h2>
      ${total && html`<${Totals} total=${total} spoken=${spoken} /><${Counts} total=${total} /><p class="hint">${t("usage.together.range")}</p>`}
      <${List} view=${view} change=${change} metric=${metric} demo=${demo} onTotal=${setTotal} />
    </div>
  `;
};

const Whole = ({ view, change, spoken, demo, metric, totals, period }) => {
  const [most, setMost] = useState(FEW);
  const base = asked(view);
  const { by } = view;
  const needs = JSON.stringify(base);
  const sort = metric.key;
  const ranked = useAnswer(() => usage({ ...base, group_by: by, sort, limit: most }), [needs, by, sort, most]);
  const split = useAnswer(() => usage({ ...base, group_by: by, period, sort, limit: COLOURS }), [needs, by, sort, period]);
  const days = budgetDays(view);
  const budget = budgetOf(view, metric);
  const spent = useAnswer(() => budget > 0 && usage({ ...base, ...days, period: "day" }), [needs, days.from, days.to, budget > 0]);
  const { total } = totals.answer;
  const order = ranked.answer?.groups.map((one) => one.group[by]) ?? [];
  // The three answers are asked for together and come one by one: drawn is what belongs together.
  const together = ranked.answer?.groups.every((one) => by in one.group) && split.answer?.groups.every((one) => by in one.group && period in one.group)
    && totals.answer.groups.every((one) => period in one.group);
  const onPeriod = (one) => change({ days: "", from: one.from, to: one.to, per: "" });
  const periods = periodsOf({ from: view.from, to: view.to }, period);
  return html`
    <div class="results" aria-busy=${Boolean(totals.waiting)}>
      <p class="unseen" role="status">${daysText(view)}</p>
      <${Totals} total=${total} spoken=${spoken} />
      <p class="hint">${t("usage.legend")}</p>
      <${Counts} total=${total} onFailed=${() => change({ failed: true })} />
      <${Split} view=${view} onChange=${change} />
      <${Problem} error=${ranked.error ?? split.error} />
      ${together && html`
        ${periods.length > 1 && html`<${Trend} totals=${totals.answer} split=${{ groups: split.answer.groups, order }} periods=${periods} period=${period} by=${by} metric=${metric}
          budget=${period === "month" && view.budget_per === "month" && budget > 0 ? budget : undefined} demo=${demo} spoken=${spoken} onChoose=${onPeriod} />`}
        <${Ranking} ranked=${ranked.answer} total=${total} by=${by} metric=${metric} order=${order} only=${view.only} demo=${demo} spoken=${spoken}
          onOnly=${(name, value) => change({ only: { ...view.only, [name]: value } })} onMore=${() => setMost(MANY)} />`}
      <${Budget} view=${view} metric=${metric} answer=${spent.answer} demo=${demo} spoken=${spoken} onChange=${change} />
      <${List} view=${view} change=${change} metric=${metric} demo=${demo} />
      <${Export} view=${view} demo=${demo} />
    </div>
  `;
};
