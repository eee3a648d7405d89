// What a field may offer: models and machines that the service finds, and lists that it has whole.
import { gpus, models, nodes } from "../api.js";
import { country, t } from "../text.js";

const MOST_OFFERED = 50;

const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
export const matching = (offers, text) => {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return offers.filter((one) => words.every((word) => plain(`${one.label} ${one.detail} ${one.value}`).includes(word))).slice(0, MOST_OFFERED);
};

export const findModels = async (text, signal) =>
  (await models(text, signal)).map((one) => ({ value: one.id, label: one.name ?? one.id, detail: one.id }));
export const findNodes = async (text, signal) =>
  (await nodes(text, signal)).map((one) => ({ value: one.id, label: one.id, detail: t("form.gpus", { count: one.gpu_count, gpu: one.gpu_id }) }));
export const findGpus = async (text, signal) =>
  (await gpus(text, signal)).map((one) => ({ value: one.id, label: one.name, detail: one.id }));

// A place is a cloud's region or a country; the form has one field for both.
export const NOWHERE = { country: "", cloud_id: "", cloud_region: "" };
export const places = (offered) => [
  ...offered.countries.map((one) => ({ value: `country:${one.id}`, label: country(one.id), detail: one.id, fields: { ...NOWHERE, country: one.id } })),
  ...offered.regions.map((one) => ({
    value: `region:${one.cloud_id}:${one.cloud_region}`, label: `${one.cloud_region}`, detail: `${one.cloud_id}, ${one.name}`,
    fields: { ...NOWHERE, cloud_id: one.cloud_id, cloud_region: one.cloud_region },
  })),
];
