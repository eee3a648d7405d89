// Where names stand beside their points, so that none covers another or a point: the nearest free place, then one farther off.
const FONT = "600 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"; // that of names in drawings
const HEIGHT = 15;
const POINT = 6;
const NEAR = 18;
const FARTHER = [10, NEAR, 30, 44, 60, 78, 98];
const BESIDE_CROSS = [[1, -1], [1, 1], [-1, -1], [-1, 1], [1, 0], [-1, 0], [0, -1], [0, 1]];
export const AT_END = [[1, 0], [1, -1], [1, 1]]; // of a line that ends on the left of its name

export const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const inside = (box, area) => box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;

const pen = document.createElement("canvas").getContext("2d");
export const widthOf = (text) => {
  pen.font = FONT;
  return pen.measureText(text).width + 4;
};

const boxOf = (point, width, [across, down], distance) => {
  const middle = point.y + down * distance;
  const start = across > 0 ? point.x + distance : across < 0 ? point.x - distance - width : point.x - width / 2;
  return { left: start, right: start + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
};

// For each point the middle of its name, from the point, and whether that is far enough to need a line; null where there is no room.
export const placed = (points, area, sides = BESIDE_CROSS) => {
  const taken = points.map(({ x, y }) => ({ left: x - POINT, right: x + POINT, top: y - POINT, bottom: y + POINT }));
  return points.map((point) => {
    const width = widthOf(point.text);
    for (const distance of FARTHER) {
      for (const side of sides) {
        const box = boxOf(point, width, side, distance);
        if (inside(box, area) && !taken.some((one) => overlap(one, box))) {
          taken.push(box);
          return { dx: (box.left + box.right) / 2 - point.x, dy: (box.top + box.bottom) / 2 - point.y, isFar: distance > NEAR };
        }
      }
    }
    return null;
  });
};
