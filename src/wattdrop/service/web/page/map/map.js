// The world as a drawing to point at: countries by the carbon intensity of their grids, dots where clouds have regions.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { country, t } from "../text.js";
import { Chart } from "../parts/chart.js";
import { VIEWS, heightOf, transformTo, whole, zoomedBy } from "./views.js";
import { levelOf } from "./world.js";

const CLOSEST = 24;
const STEP = 1.8;
const REACH = { mouse: 9, touch: 20 }; // pixels around a dot that count as the dot

const isChosen = (chosen) => (one) => one.cloud_region === chosen.cloud_region && (!chosen.cloud_id || one.cloud_id === chosen.cloud_id);

const drawn = (world, chosen, projection, k) => (Plot, width) => {
  const dot = Math.min(3.4, width / 500 + k * 0.2); // dots grow more slowly than what is under them
  const country = world.shapes.filter((one) => one.country && one.country.id === chosen.country);
  const city = world.cities.filter((one) => one.regions.some(isChosen(chosen)));
  const at = { x: (one) => one.point[0], y: (one) => one.point[1] };
  return Plot.plot({
    width, height: heightOf(width), margin: 0, projection: () => projection(width), r: { type: "identity" },
    marks: [
      Plot.geo(world.shapes, { fill: (one) => `var(--grid-${one.country ? levelOf(one.country.grid) : "none"})`, stroke: "var(--map-border)", strokeWidth: 0.6 }),
      Plot.geo(country, { stroke: "var(--ink)", strokeWidth: 2 }),
      Plot.dot(world.cities, { ...at, r: (one) => dot * Math.sqrt(one.regions.length), fill: "var(--map-dot)", stroke: "var(--map-ring)", strokeWidth: 1.2 }),
      Plot.dot(city, { ...at, r: dot * 3.5, stroke: "var(--ink)", strokeWidth: 2.5 }),
    ],
  });
};

export const nameOf = ({ city, shape }) => city?.name ?? (shape.country ? country(shape.country.id) : shape.properties.name);

export const WorldMap = ({ world, chosen, onPick }) => {
  const [zoomed, setZoomed] = useState({ k: 1, x: 0, y: 0 });
  const [view, setView] = useState("world");
  const [pointed, setPointed] = useState();
  const glass = useRef();
  const zoom = useRef();
  const drawing = useRef();

  const projection = (width) => {
    zoom.current.translateExtent([[0, 0], [width, heightOf(width)]]); // nobody gets lost beside the world
    return (drawing.current = zoomedBy(zoomed, whole(world.shapes, width)));
  };
  const select = () => globalThis.d3.select(glass.current);
  useEffect(() => {
    zoom.current = globalThis.d3.zoom().scaleExtent([1, CLOSEST]).on("zoom", ({ transform, sourceEvent }) => {
      setZoomed(transform);
      setPointed(undefined);
      if (sourceEvent) setView("");
    });
    select().call(zoom.current);
  }, []);
  const look = (name) => {
    setView(name);
    select().call(zoom.current.transform, transformTo(name, world.shapes, glass.current.clientWidth));
  };
  const closer = (by) => () => {
    setView("");
    select().call(zoom.current.scaleBy, by);
  };

  // A dot that is near, or else the country under the pointer.
  const under = (event) => {
    const [x, y] = globalThis.d3.pointer(event, glass.current);
    const far = ({ point }) => {
      const [left, top] = drawing.current(point);
      return Math.hypot(left - x, top - y);
    };
    const city = globalThis.d3.least(world.cities, far);
    if (far(city) <= (REACH[event.pointerType] ?? REACH.mouse)) return { city };
    const point = drawing.current.invert([x, y]);
    const shape = world.shapes.find((one) => globalThis.d3.geoContains(one, point));
    return shape && { shape };
  };
  return html`
    <fieldset class="tabs views"><legend class="unseen">${t("map.view")}</legend>
      ${Object.keys(VIEWS).map((name) => html`<label key=${name}><input type="radio" name="view" checked=${name === view} onChange=${() => look(name)} onClick=${() => look(name)} /><span>${t(`map.${name}`)}</span></label>`)}
    </fieldset>
    <div class="map">
      <${Chart} label=${t("map.drawn")} draw=${drawn(world, chosen, projection, zoomed.k)} needs=${[world, chosen, zoomed]} />
      <div class="glass" ref=${glass} onClick=${(event) => onPick(under(event))}
        onPointerMove=${(event) => event.pointerType === "mouse" && setPointed(under(event))} onPointerLeave=${() => setPointed(undefined)}></div>
      ${pointed && html`<p class="under" aria-hidden="true">${nameOf(pointed)}</p>`}
      <p class="zooms"><button type="button" aria-label=${t("map.closer")} onClick=${closer(STEP)}>${"+"}</button>
        <button type="button" aria-label=${t("map.farther")} onClick=${closer(1 / STEP)}>${"−"}</button></p>
    </div>
  `;
};
