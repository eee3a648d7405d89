// Lines of cells as a table that spreadsheets open.

// A text that a spreadsheet would take for a formula begins with a quote; what holds commas stands inside of quotes.
const cell = (value) => {
  const text = value === undefined ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csv = (lines) => lines.map((line) => line.map(cell).join(",") + "\n").join("");
