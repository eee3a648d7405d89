// What is measured of a row: units, and the fields of the API that hold it.
export const METRICS = [
  { key: "energy", unit: "Wh", usage: "usage_energy_wh" },
  { key: "carbon", unit: "gCO2e", usage: "usage_emissions_gco2e", embodied: "embodied_emissions_gco2e" },
  { key: "water", unit: "ml", usage: "usage_water_ml", embodied: "embodied_water_ml" },
];
