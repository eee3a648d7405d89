// One measurement: what ran, who measured it, and what the method says.
import { html } from "../html.js";
import { amount, named, number, span, t } from "../text.js";

const digits = (value) => number(value, { maximumSignificantDigits: 4 });
const times = (value) => t("accuracy.times", { value: number(value, { maximumSignificantDigits: 3 }) });

const machine = (one) => t("form.gpus", { count: one.gpu_count, gpu: one.gpu });
const tokens = (one) => [one.input_tokens && t("accuracy.tokens.in", { count: digits(one.input_tokens) }), one.output_tokens && t("accuracy.tokens.out", { count: digits(one.output_tokens) })]
  .filter(Boolean).join(", ");

export const facts = (one) => [
  ["task", named("task", one.task)], ["gpu", machine(one)], ["precision", one.precision], ["batch", one.batch === undefined ? "" : digits(one.batch)],
  ["tokens", tokens(one)], ["engine", one.engine],
].filter(([, value]) => value);

export const Facts = ({ one }) => html`
  <dl class="ranges compared">
    <div><dt>${t("accuracy.measured")}</dt><dd>${amount(one.measured_wh, "Wh").text}</dd></div>
    <div><dt>${t("accuracy.predicted")}</dt><dd>${amount(one.predicted_wh, "Wh").text}</dd></div>
    <div><dt><i class="swatch narrow"></i>${t("metric.half")}</dt><dd>${span(one.low_50_wh, one.high_50_wh, "Wh", one.predicted_wh)}</dd></div>
    <div><dt><i class="swatch wide"></i>${t("metric.most")}</dt><dd>${span(one.low_90_wh, one.high_90_wh, "Wh", one.predicted_wh)}</dd></div>
    <div><dt>${t("accuracy.ratio")}</dt><dd>${times(one.predicted_to_measured)}</dd></div>
  </dl>
  <dl class="facts">${facts(one).map(([name, value]) => html`<div key=${name}><dt>${t(`accuracy.fact.${name}`)}</dt><dd lang="en">${value}</dd></div>`)}</dl>
  <p class="hint">${t(`accuracy.boundary.${one.boundary}`)} ${!one.scored && t("accuracy.unscored")}</p>
  <p class="hint" lang="en">${one.url ? html`<a href=${one.url} rel="noreferrer">${one.source}</a>` : one.source} · ${one.licence}</p>
  ${one.note && html`<p class="hint" lang="en">${one.note}</p>`}
`;

// Beside the drawing: the one that is pointed at or open in the list; before that, the one that is furthest off.
export const Measurement = ({ one, pointed }) => html`
  <div class="pointed">
    <p class="hint">${pointed ? t("accuracy.point.this") : t("accuracy.point")}</p>
    <h3 lang="en">${one.model}</h3>
    <${Facts} one=${one} />
  </div>
`;
