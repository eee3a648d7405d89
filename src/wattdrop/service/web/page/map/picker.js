// A place picked on the map: what is there, what its grid emits and who says so, then a button that takes it.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { country, number, t } from "../text.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Dialog } from "../parts/dialog.js";
import { WorldMap, nameOf } from "./map.js";
import { levelOf, levels, world } from "./world.js";

const grams = (grid) => number(grid.gco2e_per_kwh, { maximumFractionDigits: 0 });
const levelText = ({ from, to }) => (from === undefined ? t("map.below", { to }) : to === Infinity ? t("map.above", { from }) : t("range", { low: from, high: to, unit: "" }));

const Legend = () => html`
  <p class="hint" id="levels">${t("map.unit")}</p>
  <ul class="levels" aria-labelledby="levels">
    ${levels.map((one) => html`<li key=${one.at}><i class=${`swatch grid-${one.at}`}></i>${levelText(one)}</li>`)}
    <li><i class="swatch grid-none"></i>${t("map.nofigure")}</li>
    <li><i class="swatch dot"></i>${t("map.region")}</li>
  </ul>
`;

const Cited = ({ id, sources }) => {
  const source = sources.find((one) => one.id === id);
  return html`<a lang="en" href=${source.url} rel="noreferrer">${source.producer}, ${source.title}</a>`;
};

const Grid = ({ grid, sources }) => html`
  <p class="gridfigure"><i class=${`swatch grid-${levelOf(grid)}`}></i><strong>${grams(grid)}</strong> ${t("map.perkwh")}</p>
  <p class="hint">${grid.stands_in && t("map.standsin", { place: country(grid.zone) })} ${grid.year && t("map.year", { year: grid.year })}
    ${" "}<${Cited} id=${grid.source_id} sources=${sources} /></p>
`;

const positions = ({ regions }) => [...new Set(regions.map((one) => one.source_id).filter(Boolean))];

const Regions = ({ regions, onChoose }) => html`
  <ul class="entries">${regions.map((one) => html`
    <li key=${`${one.cloud_id} ${one.cloud_region}`}><button type="button" onClick=${() => onChoose({ cloud_id: one.cloud_id, cloud_region: one.cloud_region })}>
      <span>${one.cloud_id} <strong>${one.cloud_region}</strong></span><small>${one.name} · ${grams(one.grid)} ${t("map.perkwh")}</small></button></li>`)}</ul>
`;

// The grid of every region of a city, if it is one.
const sharedBy = ([first, ...others]) => (others.every((one) => one.grid.zone === first.grid.zone) ? first.grid : undefined);

const Picked = ({ picked, known, onChoose }) => {
  if (!picked) return html`<p class="hint">${t("map.hint")}</p>`;
  const { city, shape } = picked;
  const found = city ? known.countries.get(city.country) : shape.country;
  const regions = city?.regions ?? known.regions.filter((one) => one.country === found?.id);
  const grid = city ? sharedBy(regions) : found?.grid;
  if (!found) return html`<h3>${nameOf(picked)}</h3><p class="hint">${t("map.unknown")}</p>`;
  return html`
    <h3>${city ? t("map.city", { city: city.name, country: country(city.country) }) : country(found.id)}</h3>
    ${grid && html`<${Grid} grid=${grid} sources=${known.sources} />`}
    ${!city && html`
      <p><button type="button" class="main" onClick=${() => onChoose({ country: found.id })}>${t("map.use", { place: country(found.id) })}</button></p>`}
    ${regions.length > 0 && html`<h4>${t("map.regions", { count: regions.length })}</h4><${Regions} regions=${regions} onChoose=${onChoose} />`}
  `;
};

export const PlacePicker = ({ chosen, onClose, onChoose }) => {
  const { answer: known, error } = useAnswer(world, []);
  const [pointed, setPicked] = useState();
  const shape = chosen.country && known?.shapes.find((one) => one.country?.id === chosen.country);
  const picked = pointed ?? (shape && { shape });
  return html`
    <${Dialog} title=${t("map.title")} wide onClose=${onClose}>
      <${Problem} error=${error} />
      ${known && html`<div class="picker">
        <div><${WorldMap} world=${known} chosen=${chosen} onPick=${setPicked} /><${Legend} /></div>
        <div class="picked" aria-live="polite"><${Picked} picked=${picked} known=${known} onChoose=${onChoose} /></div>
        <p class="hint note">${t("map.note")} ${positions(known).map((id) => html` <${Cited} key=${id} id=${id} sources=${known.sources} />.`)}</p>
      </div>`}
    <//>
  `;
};
