// A file of usage: dropped, its columns understood, estimated in pieces, and given back with results and errors by line.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { columns, mapping } from "../api.js";
import { t } from "../text.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Columns } from "./columns.js";
import { Drop } from "./drop.js";
import { FileShown } from "./file.js";
import { Job } from "./job.js";
import { Outcome } from "./outcome.js";
import { planOf } from "./plan.js";
import { Run } from "./run.js";
import { saveResults } from "./saving.js";
import { open } from "./reading/open.js";
import { Unreadable } from "./reading/unreadable.js";

const GUESS = { preset: undefined, map: undefined, left: [] };
const ENDED = ["done", "failed"];

export const Import = ({ known, ready, onKeyEnded, spoken }) => {
  const [opened, setOpened] = useState({}); // file, and what it is, or why it cannot be read
  const [chosen, setChosen] = useState(GUESS);
  const [store, setStore] = useState(false);
  const [state, setState] = useState(undefined);
  const job = useRef();

  const offered = useAnswer(columns, []);
  const names = opened.form?.columns.map((one) => one.name).filter((name) => !chosen.left.includes(name));
  const mapped = useAnswer(() => names?.length > 0 && mapping({ columns: names, preset: chosen.preset, map: chosen.map }), [opened.form, chosen]);
  useEffect(() => { if (state?.problem?.status === 401) onKeyEnded(); }, [state?.problem]);
  useEffect(() => () => job.current?.end(), []);

  const take = async (file) => {
    if (!offered.answer) return;
    clear();
    setOpened({ file, opening: true });
    try {
      const form = await open(file, offered.answer.exports.map((one) => one.rows_in).filter(Boolean));
      setOpened({ file, form });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      setOpened({ file, problem: error });
    }
  };
  const clear = () => {
    job.current?.end();
    job.current = undefined;
    setOpened({});
    setChosen(GUESS);
    setStore(false);
    setState(undefined);
  };
  const start = async () => {
    const plan = await planOf(opened, mapped.answer, offered.answer.fields, store);
    job.current = new Job(opened.form, plan, setState);
    setState(job.current.state);
    job.current.run();
  };

  const again = () => {
    job.current.end();
    setState(undefined);
  };

  const working = state && !ENDED.includes(state.phase);
  const { file, form, opening, problem } = opened;
  return html`
    <div class="title"><h1>${t("import.heading")}</h1><p>${t("import.lead")}</p></div>
    <${Problem} error=${offered.error ?? mapped.error} />
    ${!form && html`<${Drop} file=${file} opening=${opening} problem=${problem} able=${Boolean(offered.answer)} onFile=${take} />`}
    ${form && html`<div class="import">
      <${FileShown} file=${file} form=${form} working=${working} onOther=${clear} />
      <${Run} ready=${known && ready} able=${mapped.answer && !mapped.answer.problem && !mapped.waiting} problem=${mapped.answer?.problem} store=${store} onStore=${setStore}
        state=${state} onStart=${start} onStop=${() => job.current.stop()} onGoOn=${() => job.current.goOn()} onAgain=${again} onSave=${(kind) => saveResults(job.current, opened, kind)} />
      <div class="results">
        ${state && html`<${Outcome} state=${state} job=${job.current} opened=${opened} mapping=${mapped.answer} spoken=${spoken} />`}
        ${mapped.answer && offered.answer && html`<${Columns} columns=${form.columns} chosen=${chosen} mapping=${mapped.answer} offered=${offered.answer} fixed=${Boolean(state)} onChoose=${setChosen} />`}
      </div>
    </div>`}
  `;
};
