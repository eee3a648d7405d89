// Why the range of the energy is as wide as it is, and which field would narrow it.
import { html } from "../html.js";
import { has, named, percent, span, t } from "../text.js";
import { Chart } from "../parts/chart.js";

const LEAST_SHARE = 0.005; // smaller ones would show as 0 %
const causeName = (cause) => named("cause", cause);
const advised = (one) => (has(`advice.${one.cause}`) ? t(`advice.${one.cause}`) : one.advice);


// Where the form asks for what an advice says: the first of these that it shows.
const WORK = ["input_tokens", "output_tokens", "output_images", "input_images", "input_audio_seconds", "output_audio_seconds", "output_video_frames"];
const FIELDS = {
  activity: WORK, occupancy: ["batch_size"], utilisation: ["utilization_rate"], pue: ["pue"], hardware: ["node_id"], embodied: ["node_id"],
  method: ["measured_energy_wh"], precision: ["datatype"], parameters: ["model_id"], grid: ["place"], ewif: ["place"],
};
const Advice = ({ cause, text }) => {
  if (!FIELDS[cause]) return html`<strong>${text}</strong>`;
  const go = (event) => {
    event.preventDefault();
    const field = FIELDS[cause].map((id) => document.getElementById(id)).find(Boolean);
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
  };
  return html`<a href=${`#${FIELDS[cause][0]}`} onClick=${go}>${text}</a>`;
};

const drawn = (shown) => (Plot, width) => Plot.plot({
  width, height: 30 + 26 * shown.length, marginLeft: Math.min(190, width * 0.52), marginRight: 44, marginTop: 0, marginBottom: 22,
  x: { label: null, ticks: width < 320 ? 2 : 4, tickSize: 0, tickFormat: percent },
  y: { label: null, tickSize: 0, domain: shown.map((one) => causeName(one.cause)) },
  marks: [
    Plot.barX(shown, { y: (one) => causeName(one.cause), x: "share", fill: "var(--range-narrow)", insetTop: 4, insetBottom: 4, rx: 3 }),
    Plot.text(shown, { y: (one) => causeName(one.cause), x: "share", text: (one) => percent(one.share), textAnchor: "start", dx: 6, fill: "var(--ink)" }),
  ],
});

export const Causes = ({ causes, central, row, spoken }) => {
  const shown = causes.filter((one) => one.share >= LEAST_SHARE);
  const narrowing = shown.filter((one) => one.advice);
  const somewhere = (row.country || row.cloud_region) && row.utc_datetime; // the energy is the same everywhere, carbon and water are not
  return html`
    <section class="card" aria-labelledby="causes">
      <h2 id="causes">${t("causes.title")}</h2>
      <p>${t("causes.text")}</p>
      <${Chart} label=${t("causes.drawn", { list: shown.map((one) => `${causeName(one.cause)} ${percent(one.share)}`).join(", ") })}
        draw=${drawn(shown)} needs=${[causes, spoken]} />
      ${(narrowing.length > 0 || !somewhere) && html`
        <h3>${t("causes.narrow")}</h3>
        <ol class="advice">${narrowing.map((one) => html`
          <li key=${one.cause}><${Advice} cause=${one.cause} text=${advised(one)} /> <span>${t("causes.alone", { cause: causeName(one.cause), range: span(one.low_90, one.high_90, "Wh", central) })}</span></li>`)}
          ${!somewhere && html`<li key="place"><${Advice} cause="grid" text=${t("causes.place")} /> <span>${t("causes.place.why")}</span></li>`}</ol>`}
    </section>
  `;
};
