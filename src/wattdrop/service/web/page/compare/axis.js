// The axis of ranges: from zero on, or logarithmic where the largest is many times the least.
const MANY_TIMES = 30;
const STEPS = [[1, 2, 5], [1, 3], [1]]; // of each power of ten, the finest of which there is room for
const MOST_FINE = 100; // over more than two powers of ten, D3 leaves out the labels of larger steps

const powers = (low, high, steps) => {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    found.push(...steps.map((step) => step * 10 ** power).filter((value) => value >= low && value <= high));
  }
  return found;
};

export const axisOf = (ranges) => {
  const low = Math.min(...ranges.map((one) => one.low_90).filter((value) => value > 0));
  const high = Math.max(...ranges.map((one) => one.high_90));
  const beside = Math.max(...ranges.map((one) => one.central));
  if (high / low <= MANY_TIMES) return { isLog: false, beside, scale: { domain: [0, high] }, ticks: (length) => (length < 320 ? 3 : 5) };
  const coarse = high / low > MOST_FINE ? STEPS.slice(1) : STEPS;
  const room = (length) => coarse.find((steps) => powers(low, high, steps).length <= length / 45) ?? coarse.at(-1);
  return { isLog: true, beside, scale: { type: "log", domain: [low, high] }, ticks: (length) => powers(low, high, room(length)) };
};
