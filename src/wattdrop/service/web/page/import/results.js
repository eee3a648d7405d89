// What stands beside the columns of a line: its numbers, or its error. Called as `wattdrop estimate` calls them.
import { said } from "./errors.js";

const METRICS = {
  total_energy_wh: "usage_energy_wh", total_emissions_gco2e: "usage_emissions_gco2e", total_water_ml: "usage_water_ml",
  total_embodied_gco2e: "embodied_emissions_gco2e", total_embodied_ml: "embodied_water_ml",
};

export const RESULTS = [...Object.keys(METRICS), "error_code", "error_field", "error_message"];

// `record`: as the reader of the file found it; `row`: what the API answered, nothing where it was not asked.
export const resultOf = (record, row) => {
  if (!row) return { error_code: record.broken, error_message: said(record) };
  const { error, total_impact: impact } = row;
  if (error) return { error_code: error.code, error_field: error.details?.field, error_message: error.message };
  return Object.fromEntries(Object.entries(METRICS).map(([column, metric]) => [column, impact[metric]]));
};
