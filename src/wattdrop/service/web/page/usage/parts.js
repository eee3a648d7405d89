// Small things of every card: its head, names of groups, an amount with its range.
import { html } from "../html.js";
import { country, named as worded, percent, span, t } from "../text.js";

export const Head = ({ id, title, demo, children }) => html`
  <div class="cardhead">
    <h2 id=${id}>${title}${demo && html` <span class="tag">${t("usage.demo.tag")}</span>`}</h2>
    ${children}
  </div>
`;

// What a group is called: an id as it is, a country or task by its name, and what rows did not say.
export const named = (by, value) => (value === "" ? t("usage.unnamed") : by === "country" ? country(value) : by === "task" ? worded("task", value) : value);

// A share that would read as none is said to be small.
const LEAST = 0.005;
export const shared = (share) => (share > 0 && share < LEAST ? t("usage.share.less", { share: percent(0.01) }) : percent(share));

export const ranged = (one, unit, beside = one.value) => span(one.low_90, one.high_90, unit, beside);
