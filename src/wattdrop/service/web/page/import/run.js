// Starting, and how far it has come: rows, speed, time left, and why it waits where it does.
import { html } from "../html.js";
import { amount, number, percent, t } from "../text.js";

const Progress = ({ state }) => {
  const { sent, share, rate, left, waiting, phase } = state;
  const counted = t("import.rows", { count: number(sent, {}) });
  return html`
    <progress max="1" value=${share} aria-label=${t("import.progress")}>${percent(share)}</progress>
    <p class="pace"><strong>${percent(share)}</strong> <span>${counted}</span></p>
    ${phase === "running" && rate > 0 && html`<p class="hint">${t("import.rate", { rate: number(rate, { maximumFractionDigits: 0 }) })}${left !== undefined && ` · ${t("import.left", { time: amount(Math.max(left, 1), "s").text })}`}</p>`}
    ${phase === "done" && html`<p class="hint">${t("import.took", { time: amount(sent / rate, "s").text })}</p>`}
    ${waiting && html`<p class="notice">${t(`import.waiting.${waiting.why}`, { seconds: waiting.seconds })}</p>`}
  `;
};

const Before = ({ ready, able, problem, store, onStore, onStart }) => html`
  <label class="check"><input type="checkbox" checked=${store} onChange=${(event) => onStore(event.currentTarget.checked)} /><span>${t("import.store")}</span></label>
  <p class="hint">${t(store ? "import.store.on" : "import.store.off")}</p>
  <p><button type="button" class="main wide" disabled=${!ready || !able} onClick=${onStart}>${t("import.start")}</button></p>
  ${problem ? html`<p class="hint">${t("import.blocked")}</p>` : !ready && html`<p class="hint">${t("import.key")}</p>`}
`;

export const Run = ({ ready, able, problem, store, onStore, state, onStart, onStop, onGoOn, onAgain, onSave }) => html`
  <section class="card run" aria-label=${t("import.run")}>
    ${!state && html`<${Before} ready=${ready} able=${able} problem=${problem} store=${store} onStore=${onStore} onStart=${onStart} />`}
    ${state && html`<${Progress} state=${state} />`}
    ${state?.phase === "running" && html`<button type="button" class="wide" onClick=${onStop}>${t("import.stop")}</button>`}
    ${state?.phase === "stopped" && html`<button type="button" class="main wide" disabled=${!ready} onClick=${onGoOn}>${t("import.go")}</button>`}
    ${state && state.phase !== "running" && state.sent > 0 && html`
      <button type="button" class=${state.phase === "done" ? "main wide" : "wide"} onClick=${() => onSave("csv")}>${t("import.save.csv")}</button>
      <button type="button" class="wide" onClick=${() => onSave("jsonl")}>${t("import.save.jsonl")}</button>
      <p class="hint">${t("import.save.why")}</p>`}
    ${["done", "failed", "stopped"].includes(state?.phase) && html` <button type="button" onClick=${onAgain}>${t("import.again")}</button>`}
    ${state && store && html`<p class="hint">${t("import.stored")}</p>`}
    <p class="unseen" role="status">${state && t(`import.phase.${state.waiting ? "waiting" : state.phase}`)}</p>
  </section>
`;
