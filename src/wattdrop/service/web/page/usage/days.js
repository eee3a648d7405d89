// Days as the API has them (2026-11-26, in UTC): what a preset stands for, what a period is from and to, and how it is called.
import { locale, t } from "../text.js";

const DAY_MS = 86_400_000;
const at = (day) => Date.parse(`${day}T00:00:00Z`);
const text = (time) => new Date(time).toISOString().slice(0, 10);

export const today = () => text(Date.now());
export const plus = (day, days) => text(at(day) + days * DAY_MS);
export const daysBetween = (from, to) => Math.round((at(to) - at(from)) / DAY_MS) + 1;

const firstOfMonth = (day) => `${day.slice(0, 7)}-01`;
const lastOfMonth = (day) => plus(firstOfMonth(plus(firstOfMonth(day), 31)), -1);
export const monthOf = (day) => ({ from: firstOfMonth(day), to: lastOfMonth(day) });
const yearOf = (day) => ({ from: `${day.slice(0, 4)}-01-01`, to: `${day.slice(0, 4)}-12-31` });

export const PRESETS = ["7", "30", "90", "month", "last_month", "year", "last_year"];

export const daysOf = (preset, now = today()) => {
  if (preset === "month") return { from: firstOfMonth(now), to: now };
  if (preset === "last_month") return monthOf(plus(firstOfMonth(now), -1));
  if (preset === "year") return { from: yearOf(now).from, to: now };
  if (preset === "last_year") return yearOf(plus(yearOf(now).from, -1));
  return { from: plus(now, 1 - Number(preset)), to: now };
};

export const PERIODS = ["day", "week", "month"];
const MANY_DAYS = 45;
const MANY_WEEKS = 190;

// The split that suits so many days.
export const usualPeriod = ({ from, to }) => {
  const days = daysBetween(from, to);
  return days <= MANY_DAYS ? "day" : days <= MANY_WEEKS ? "week" : "month";
};

const monday = (day) => plus(day, -((new Date(at(day)).getUTCDay() + 6) % 7));
const weekOf = (day) => { // ISO: the week belongs to the year that its Thursday is in
  const thursday = plus(monday(day), 3);
  const number = Math.floor((daysBetween(yearOf(thursday).from, thursday) - 1) / 7) + 1;
  return `${thursday.slice(0, 4)}-W${String(number).padStart(2, "0")}`;
};
const LENGTHS = {
  day: (day) => ({ key: day, from: day, to: day }),
  week: (day) => ({ key: weekOf(day), from: monday(day), to: plus(monday(day), 6) }),
  month: (day) => ({ key: day.slice(0, 7), ...monthOf(day) }),
};

// Every period of some days, those in which nothing was stored as well.
export const periodsOf = ({ from, to }, period) => {
  const found = [];
  for (let day = from; day <= to;) {
    const one = LENGTHS[period](day);
    found.push(one);
    day = plus(one.to, 1);
  }
  return found;
};

const written = (day, options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(at(day));
export const dayText = (day) => written(day, { day: "numeric", month: "long", year: "numeric" });
export const shortDay = (day) => written(day, { day: "numeric", month: "short" });
export const momentText = (moment) =>
  new Intl.DateTimeFormat(locale, { timeZone: "UTC", dateStyle: "medium", timeStyle: "medium" }).format(Date.parse(moment));

export const periodText = (one, period) => {
  if (period === "month") return written(one.from, { month: "long", year: "numeric" });
  if (period === "week") return t("usage.days.text", { from: shortDay(one.from), to: dayText(one.to) });
  return written(one.from, { weekday: "short", day: "numeric", month: "short" });
};
export const periodTick = (one, period) => (period === "month" ? written(one.from, { month: "short", year: "2-digit" }) : shortDay(one.from));

export const daysText = ({ from, to }) => (from === to ? dayText(from) : t("usage.days.text", { from: dayText(from), to: dayText(to) }));

// The way up from some days: the month and the year that they are in.
export const around = ({ from, to }) => {
  const ways = [];
  const year = yearOf(from);
  if (to <= year.to && (from !== year.from || to !== year.to)) ways.push({ ...year, text: from.slice(0, 4) });
  const month = monthOf(from);
  if (to <= month.to && (from !== month.from || to !== month.to)) ways.push({ ...month, text: written(from, { month: "long", year: "numeric" }) });
  return ways;
};
