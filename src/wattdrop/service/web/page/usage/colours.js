// A colour for each of the largest groups, the same in every drawing; all others share one.
export const COLOURS = 7;

export const colourOf = (order, value) => {
  const at = order.indexOf(value);
  return at < 0 || at >= COLOURS ? "other" : String(at);
};
