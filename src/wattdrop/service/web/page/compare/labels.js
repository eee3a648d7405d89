// Where names stand beside their points, so that none covers another or a point: the nearest free place, then one farther off.
const LETTER = 6.7; // pixels, of the font of drawings
const HEIGHT = 15;
const POINT = 6;
const FARTHER = [9, 18, 30, 44, 60, 78, 98];
const SIDES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const inside = (box, area) => box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;

const boxOf = (point, [across, down], distance) => {
  const width = point.text.length * LETTER;
  const middle = point.y + down * distance;
  const start = across > 0 ? point.x + distance : across < 0 ? point.x - distance - width : point.x - width / 2;
  return { left: start, right: start + width, top: middle - HEIGHT / 2, bottom: middle + HEIGHT / 2 };
};

// For each point the middle of its name, from the point; null where there is no room for it.
export const placed = (points, area) => {
  const taken = points.map(({ x, y }) => ({ left: x - POINT, right: x + POINT, top: y - POINT, bottom: y + POINT }));
  return points.map((point) => {
    for (const distance of FARTHER) {
      for (const side of SIDES) {
        const box = boxOf(point, side, distance);
        if (inside(box, area) && !taken.some((one) => overlap(one, box))) {
          taken.push(box);
          return { dx: (box.left + box.right) / 2 - point.x, dy: (box.top + box.bottom) / 2 - point.y, isFar: distance > FARTHER[1] };
        }
      }
    }
    return null;
  });
};
