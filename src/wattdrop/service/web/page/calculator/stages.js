// By stage of the life cycle: the request itself, its share of training, and of making the hardware of both.
import { html } from "../html.js";
import { amount, percent, t } from "../text.js";
import { Chart } from "../parts/chart.js";

const PARTS = ["inference", "training", "fine_tuning"];

const stagesOf = (impact) =>
  PARTS.filter((part) => impact[`${part}_impact`]).flatMap((part) => {
    const values = impact[`${part}_impact`];
    return [
      { key: part, energy: values.usage_energy_wh, carbon: values.usage_emissions_gco2e, water: values.usage_water_ml },
      { key: `${part}_hardware`, carbon: values.embodied_emissions_gco2e, water: values.embodied_water_ml },
    ];
  });

const drawn = (stages, metrics) => (Plot, width) => {
  const values = metrics.flatMap((metric) => stages.filter((one) => one[metric.key] > 0).map((one) => ({
    metric: t(`metric.${metric.key}`), stage: one.key, value: one[metric.key],
  })));
  return Plot.plot({
    width, height: 124, marginLeft: 72, marginRight: 16, marginTop: 0, marginBottom: 22,
    x: { label: null, ticks: width < 320 ? 2 : 4, tickSize: 0, tickFormat: percent },
    y: { label: null, tickSize: 0, domain: metrics.map((metric) => t(`metric.${metric.key}`)) },
    marks: [
      Plot.barX(values, Plot.stackX({ offset: "normalize", order: stages.map((one) => one.key) }, {
        y: "metric", x: "value", z: "stage", fill: (one) => `var(--stage-${one.stage})`, insetTop: 4, insetBottom: 4, insetRight: 1,
      })),
    ],
  });
};

export const Stages = ({ impact, metrics, spoken }) => {
  const stages = stagesOf(impact);
  return html`
    <section class="card" aria-labelledby="stages">
      <h2 id="stages">${t("stages.title")}</h2>
      <${Chart} label=${t("stages.drawn")} name="wattdrop-stages" draw=${drawn(stages, metrics)} needs=${[impact, spoken]} />
      <div class="scroll" tabindex="0" role="group" aria-label=${t("stages.title")}>
        <table role="table" class="stages">
          <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t("stages.stage")}</th>${metrics.map((metric) => html`<th key=${metric.key} scope="col" role="columnheader" class="digits">${t(`metric.${metric.key}`)}</th>`)}</tr></thead>
          <tbody role="rowgroup">${stages.map((one) => html`
            <tr key=${one.key} role="row"><th scope="row" role="rowheader"><i class=${`swatch ${one.key}`}></i>${t(`stage.${one.key}`)}</th>
              ${metrics.map((metric) => html`<td key=${metric.key} role="cell" class="digits">${one[metric.key] === undefined ? t("none") : amount(one[metric.key], metric.unit).text}</td>`)}
            </tr>`)}</tbody>
        </table>
      </div>
    </section>
  `;
};
