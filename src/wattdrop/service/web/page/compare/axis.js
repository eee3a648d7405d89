// The axis of ranges: from zero on, or of powers where the largest is many times the least.
const MANY_TIMES = 30;

export const axisOf = (ranges) => {
  const low = Math.min(...ranges.map((one) => one.low_90).filter((value) => value > 0));
  const high = Math.max(...ranges.map((one) => one.high_90));
  const isLog = high / low > MANY_TIMES;
  const beside = Math.max(...ranges.map((one) => one.central));
  const decades = Math.log10(high / low);
  return {
    isLog, beside,
    scale: isLog ? { type: "log", domain: [low, high] } : { domain: [0, high] },
    ticks: (width) => (isLog ? Math.min(decades, Math.floor(width / 70)) : width < 320 ? 3 : 5),
  };
};
