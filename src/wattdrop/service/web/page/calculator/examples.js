// Work to begin with, as addresses.
export const EXAMPLES = [
  { key: "chat", search: "?model_id=gpt-4o&input_tokens=1000&output_tokens=500" },
  { key: "image", search: "?model_id=stable_diffusion_xl_base_1_0&output_images=1&image_size=1024x1024&input_steps=30" },
  { key: "transcript", search: "?model_id=whisper_large_v3&input_audio_seconds=600" },
];
