// A file to try the page with: a month of calls of three teams, and some lines that a real file would have as well.
const MODELS = [["openai", "gpt-4o"], ["openai", "gpt-4o-mini"], ["anthropic", "claude-3-5-sonnet"], ["aws-bedrock", "llama_v31_70b"], ["mistral", "mistral-large-2407"]];
const TEAMS = ["search", "support", "research"];
const ROWS = 600;

const two = (value) => String(value).padStart(2, "0");

const lineOf = (at) => {
  const [provider, model] = MODELS[(at * 7) % MODELS.length];
  const [prompt, answer] = [200 + ((at * 137) % 3800), 40 + ((at * 89) % 900)];
  const moment = `2026-10-${two(1 + (at % 31))}T${two((at * 5) % 24)}:${two((at * 11) % 60)}:00Z`;
  return [moment, TEAMS[at % TEAMS.length], provider, model, prompt, answer];
};

export const exampleFile = () => {
  const lines = Array.from({ length: ROWS }, (_, at) => lineOf(at));
  lines[41][3] = "our-finetune-v2"; // a model that nobody described
  lines[42][3] = "our-finetune-v2";
  lines[120][5] = "n/a";
  lines[300][0] = "yesterday";
  const text = ["timestamp,team,provider,model,prompt_tokens,completion_tokens", ...lines.map((one) => one.join(","))].join("\n");
  return new File([`${text}\n`], "example.csv", { type: "text/csv" });
};
