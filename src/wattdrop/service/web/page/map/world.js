// What a map shows: outlines of countries with the grid that the API says they have, and cities with regions of clouds.
import { places, vendored } from "../api.js";
import { plot } from "../parts/chart.js";
import { script } from "../parts/script.js";

const ANTARCTICA = "010"; // no grid, and a tenth of the map
const LEVELS = [100, 200, 400, 600]; // gCO2e/kWh, where the next colour begins

export const levels = [...LEVELS, Infinity].map((to, at) => ({ at, from: LEVELS[at - 1], to }));
export const levelOf = (grid) => levels.find((one) => grid.gco2e_per_kwh < one.to).at;

let loading;
export const world = () => (loading ??= load().catch((error) => {
  loading = undefined; // the next who asks tries again
  throw error;
}));

const load = async () => {
  const [known, outlines, codes] = await Promise.all(
    [places(), vendored("world.json"), vendored("iso-countries.json"), plot(), script("topojson")]);
  const letters = new Map(codes.map(([two, , numeric]) => [numeric, two]));
  const countries = new Map(known.countries.map((one) => [one.id, one]));
  const shapes = globalThis.topojson.feature(outlines, outlines.objects.countries).features
    .filter((shape) => shape.id !== ANTARCTICA)
    .map((shape) => ({ ...shape, country: countries.get(letters.get(shape.id)) }));
  return { shapes, countries, regions: known.regions, cities: citiesOf(known.regions), sources: known.sources };
};

// Regions are placed at their city, so that many clouds share a point.
const citiesOf = (regions) => {
  const found = new Map();
  for (const one of regions) {
    if (one.latitude_deg === undefined) continue;
    const key = `${one.latitude_deg} ${one.longitude_deg}`;
    const city = found.get(key) ?? { point: [one.longitude_deg, one.latitude_deg], name: one.city, country: one.country, regions: [] };
    city.regions.push(one);
    found.set(key, city);
  }
  return [...found.values()];
};
