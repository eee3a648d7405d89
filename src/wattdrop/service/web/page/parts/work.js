// The work that is described: its fields, the row of the API that they make, and the address that holds them.
const TOKENS = [0, 1, 10, 50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10000, 20000, 50000, 100000, 200000, 500000, 1000000];
const IMAGES = [0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 75, 100];
const STEPS = [1, 2, 4, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200];
const SECONDS = [0, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
const FRAMES = [0, 16, 24, 48, 72, 96, 120, 144, 192, 240, 360, 480, 720, 1440];
const LINES = [240, 360, 480, 720, 1080, 1440, 2160];
const REQUESTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const PUES = [1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.8, 2];
const MILLISECONDS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 30000, 60000];
const WATT_HOURS = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];

// The values that a slider stops at; any other can be typed.
export const SLIDERS = {
  input_tokens: TOKENS, output_tokens: TOKENS, input_images: IMAGES, output_images: IMAGES, input_steps: STEPS,
  input_audio_seconds: SECONDS, output_audio_seconds: SECONDS, output_video_frames: FRAMES, output_video_resolution: LINES,
  batch_size: REQUESTS, utilization_rate: SHARES, pue: PUES, processing_duration_ms: MILLISECONDS,
  measured_energy_wh: WATT_HOURS,
};
export const KNOWN_MORE = ["batch_size", "utilization_rate", "pue", "processing_duration_ms", "measured_energy_wh"];
export const SIZES = ["256x256", "512x512", "768x768", "1024x1024", "1536x1024", "1024x1536", "2048x2048"];
export const PRECISIONS = ["fp32", "bf16", "fp16", "fp8", "int8", "int4"];
const USUAL_SIZE = "1024x1024";
const NAMES = ["model_id", "task", "managed_service_id", "node_id", "cloud_id", "cloud_region", "country", "utc_datetime", "datatype"];
const IMAGE_LISTS = ["input_images", "output_images"];
const PAGE_ONLY = ["image_size"]; // the size that each image has; rows name one for each

const FIELDS = [...NAMES, ...Object.keys(SLIDERS), ...PAGE_ONLY];

export const fromAddress = (search) => {
  const given = new URLSearchParams(search);
  return Object.fromEntries(FIELDS.map((name) => [name, given.get(name) ?? ""]));
};

export const toAddress = (work) => {
  const kept = new URLSearchParams(FIELDS.filter((name) => work[name] !== "").map((name) => [name, work[name]]));
  return kept.size ? `?${kept}` : "";
};

// What goes in and comes out decides what is asked; a task that takes text is asked for its tokens first.
const INPUTS = { text: ["input_tokens"], image: ["input_images"], audio: ["input_audio_seconds"] };
const OUTPUTS = {
  text: ["output_tokens"], image: ["output_images", "input_steps"], audio: ["output_audio_seconds"],
  video: ["output_video_frames", "output_video_resolution", "input_steps"],
};
const all = (map, kinds) => kinds.flatMap((kind) => map[kind] ?? []);

export const fieldsOf = (task) => {
  if (!task) return { asked: ["input_tokens", "output_tokens"], more: [] };
  const first = task.inputs.includes("text") ? ["text"] : task.inputs;
  return {
    asked: [...all(INPUTS, first), ...all(OUTPUTS, task.outputs)],
    more: all(INPUTS, task.inputs.filter((kind) => !first.includes(kind))),
  };
};

// The row as it is sent. What is not a number is sent as it was typed: the API says what is wrong with it.
const asNumber = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));
const images = (count, size) => (Number.isInteger(count) && count >= 0 ? Array(Math.min(count, 101)).fill(size) : count);

export const toRow = (work, asked) => {
  const row = {};
  for (const name of NAMES) if (work[name] !== "") row[name] = work[name];
  if (row.utc_datetime) row.utc_datetime = `${row.utc_datetime}:00Z`;
  for (const name of [...asked, ...KNOWN_MORE]) {
    if (work[name] === "") continue;
    const value = asNumber(work[name]);
    row[name] = IMAGE_LISTS.includes(name) ? images(value, work.image_size || USUAL_SIZE) : value;
  }
  return row;
};
