// Parts of the world, and the projection that shows one of them.
export const VIEWS = { // corners: west, south, east, north
  world: undefined,
  europe: [-11, 35, 32, 64],
  north_america: [-126, 20, -62, 56],
  south_america: [-82, -54, -34, 12],
  asia: [66, -10, 147, 52],
  middle_east: [-18, -35, 60, 42],
  oceania: [112, -46, 180, -8],
};

export const heightOf = (width) => Math.round(Math.min(460, Math.max(260, width * 0.5)));

// The projection of the whole map, and the same as it is zoomed.
export const whole = (shapes, width) => globalThis.d3.geoEqualEarth().rotate([-11, 0])
  .fitExtent([[4, 4], [width - 4, heightOf(width) - 4]], { type: "FeatureCollection", features: shapes });
export const zoomedBy = ({ k, x, y }, projection) => {
  const [left, top] = projection.translate();
  return projection.scale(projection.scale() * k).translate([left * k + x, top * k + y]);
};

export const transformTo = (view, shapes, width) => {
  const d3 = globalThis.d3;
  if (!VIEWS[view]) return d3.zoomIdentity;
  const [west, south, east, north] = VIEWS[view];
  const corners = { type: "MultiPoint", coordinates: [[west, south], [east, south], [west, north], [east, north]] };
  const [[left, top], [right, bottom]] = d3.geoPath(whole(shapes, width)).bounds(corners);
  const height = heightOf(width);
  const k = Math.min(width / (right - left), height / (bottom - top));
  return d3.zoomIdentity.translate(width / 2, height / 2).scale(k).translate(-(left + right) / 2, -(top + bottom) / 2);
};
