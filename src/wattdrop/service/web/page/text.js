// Every text of the page, in the reader's language, and numbers as that language writes them.
const LANGUAGES = { en: "English", fr: "Français" };
const KEPT = "wattdrop.language";
const SCALES = {
  Wh: [[1e-6, "µWh"], [1e-3, "mWh"], [1, "Wh"], [1e3, "kWh"], [1e6, "MWh"]],
  gCO2e: [[1e-3, "mg CO₂e"], [1, "g CO₂e"], [1e3, "kg CO₂e"], [1e6, "t CO₂e"]],
  ml: [[1e-3, "µL"], [1, "mL"], [1e3, "L"], [1e6, "m³"]],
  s: [[1e-3, "ms"], [1, "s"], [60, "min"], [3600, "h"]],
  m: [[1e-3, "mm"], [1, "m"], [1e3, "km"]],
};

let catalogue = {};
export let language = "en";
// How that language writes dates and numbers where the reader lives: British days are not American ones.
export let locale = "en";

export const languages = LANGUAGES;

export const chosenLanguage = () => {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages.map((one) => one.slice(0, 2))];
  return wanted.find((one) => one in LANGUAGES) ?? "en";
};

// French puts a space before some signs, at which a line must not break. The catalogues are written with plain ones.
const typeset = (texts) => Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.replace(/ (?=[?!:;»])|(?<=«) /g, "\u00a0")]));

export const useLanguage = async (name) => {
  const answer = await fetch(import.meta.resolve(`/web/page/strings/${name}.json`));
  catalogue = typeset(await answer.json());
  language = name;
  locale = navigator.languages.find((one) => one.slice(0, 2) === name) ?? name;
  document.documentElement.lang = name;
};

export const keepLanguage = (name) => localStorage.setItem(KEPT, name);

// A text, its {places} filled in. A key that is missing shows itself, so that it is seen.
export const t = (key, places = {}) =>
  (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);

export const has = (key) => key in catalogue;

// A word of the API in the reader's language; as it is where nobody translated it.
export const named = (kind, word) => (has(`${kind}.${word}`) ? t(`${kind}.${word}`) : word);

const THREE_DIGITS = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };
export const number = (value, options = THREE_DIGITS) =>
  new Intl.NumberFormat(locale, options).format(value);

export const percent = (share) => number(share, { style: "percent", maximumFractionDigits: 0 });

// The scale that suits a value: the largest unit of which there is a tenth; of clock units, one.
const LEAST = { s: 1 };
const scaleOf = (value, unit) => SCALES[unit].findLast(([size]) => value >= size * (LEAST[unit] ?? 0.1)) ?? SCALES[unit][0];

// An amount in the scale that suits it, or in that of another amount that it stands beside.
export const amount = (value, unit, beside = value) => {
  const [size, shown] = scaleOf(beside, unit);
  const digits = number(value / size);
  return { digits, unit: shown, text: `${digits} ${shown}` };
};

// The ends of a range say how large it is, and no more: two digits.
export const span = (low, high, unit, beside = high) => {
  const [size, shown] = scaleOf(beside, unit);
  const rough = (value) => number(value / size, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 });
  return t("range", { low: rough(low), high: rough(high), unit: shown });
};

export const tick = (unit, beside) => (value) => number(value / scaleOf(beside, unit)[0], {});

export const day = (text) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(text));
export const moment = (text) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));

export const country = (code) => {
  try {
    return new Intl.DisplayNames([locale], { type: "region" }).of(code) ?? code;
  } catch {
    return code; // a grid that is no country of its own
  }
};
