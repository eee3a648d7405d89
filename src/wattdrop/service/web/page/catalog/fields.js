// What can be said of a model, a machine, an accelerator and a datacenter of one's own, as the API takes it.
// The method needs what stands first; what stands under `more` is filled in where nobody says it.
const number = (name, unit = "") => ({ name, unit, as: "number" });
const text = (name) => ({ name, as: "text" });
const needed = (field, begin = "") => ({ ...field, needed: true, begin });

export const FIELDS = {
  models: {
    first: [needed(text("id")), text("name"), { name: "benchmark_model_id", as: "model" }, { name: "fine_tuned_from_model_id", as: "model" },
      { name: "task", as: "task" }, number("total_params_billions"), { name: "aliases", as: "list" }],
    more: [text("family"), text("hugging_face_path"), text("datatype"), number("number_of_experts"), number("number_of_active_experts"), number("params_per_expert_billions"),
      number("tensor_parallelism"), number("training_usage_energy_kwh", "kWh"), number("training_usage_emissions_kgco2e", "kg CO₂e"), number("training_usage_water_l", "L"),
      number("training_embodied_emissions_kgco2e", "kg CO₂e"), number("training_embodied_water_l", "L"), number("estimated_use_life_days"), number("estimated_requests_per_day")],
  },
  gpus: {
    first: [needed(text("id")), needed(text("name")), needed(number("max_power_w", "W")), needed(number("performance_ratio_to_h200")),
      needed(number("embodied_emissions_kgco2e", "kg CO₂e")), needed(number("embodied_water_mlh2o", "mL"))],
    more: [number("memory_gb", "GB"), number("memory_bandwidth_gbps", "GB/s"), number("tflops_fp32", "TFLOPS"), number("idle_power_w", "W"),
      needed(number("ols_intercept"), "0"), needed(number("ols_coefficient_gpu_count"), "0")],
  },
  nodes: {
    first: [needed(text("id")), needed({ name: "gpu_id", as: "gpu" }), needed(number("gpu_count")), needed(number("cpu_count"))],
    more: [text("cloud_id"), text("cloud_instance_id"), text("managed_service_id"), number("idle_power_w_ex_gpu", "W"), number("average_utilization_rate"),
      number("embodied_emissions_kgco2e_ex_gpu", "kg CO₂e"), number("embodied_water_l_ex_gpu", "L"), number("use_life_years")],
  },
  datacenters: {
    first: [needed(text("name")), number("pue"), number("gco2e_per_kwh", "g CO₂e/kWh"), text("description"), { name: "locked", as: "switch" }],
    more: [text("id"), number("lat", "°"), number("lng", "°"), number("embodied_emissions_kgco2e", "kg CO₂e"), number("embodied_water_l", "L")],
  },
};

export const allOf = (kind) => [...FIELDS[kind].first, ...FIELDS[kind].more];
const POINT = ["lat", "lng"]; // the two halves of `location`

// The field that an error is about: what is wrong with a location stands at its first half.
export const fieldOf = (error) => (error?.field?.startsWith("location") ? POINT[0] : error?.field);

// An object of the API as the texts of a form.
export const toTexts = (kind, object) => {
  const values = { ...object, ...object.location };
  return Object.fromEntries(allOf(kind).map(({ name }) => {
    const value = values[name];
    return [name, value === undefined ? "" : Array.isArray(value) ? value.join(", ") : value];
  }));
};

export const empty = (kind) => Object.fromEntries(allOf(kind).map(({ name, as, begin }) => [name, begin ?? (as === "switch" ? false : "")]));

// What an own one like it begins with. Of a model what it is for: its sizes come from the one that it is like.
export const likeIt = (kind, object) => {
  const same = kind === "models" ? { family: object.family, task: object.task, datatype: object.datatype, benchmark_model_id: object.id } : object;
  return toTexts(kind, { ...same, id: undefined, locked: false });
};

// What the API is sent: the texts that are there and differ from what was there before.
export const toBody = (kind, texts, before = {}) => {
  const body = {};
  for (const { name, as } of allOf(kind)) {
    const given = texts[name];
    if (given === "" || String(given) === String(before[name] ?? "")) continue;
    body[name] = as === "number" ? asNumber(given) : as === "list" ? given.split(",").map((one) => one.trim()).filter(Boolean) : given;
  }
  if (POINT.some((name) => name in body)) {
    body.location = Object.fromEntries(POINT.map((name) => [name, asNumber(texts[name])]));
    POINT.forEach((name) => delete body[name]);
  }
  return body;
};

// What is not a number is sent as it was typed: the API says what is wrong with it.
const asNumber = (given) => (String(given).trim() === "" || Number.isNaN(Number(given)) ? given : Number(given));
