// Accuracy: every measurement that comes with the package beside what the method says of it, and the scores of both.
import { useMemo, useState } from "preact/hooks";
import { html } from "../html.js";
import { accuracy, measurements } from "../api.js";
import { t } from "../text.js";
import { useAddress } from "../parts/address.js";
import { Problem, useAnswer } from "../parts/answer.js";
import { Filters } from "./filters.js";
import { Found } from "./found.js";
import { List } from "./list.js";
import { Measurement } from "./measurement.js";
import { Ratios } from "./ratios.js";
import { Scatter } from "./scatter.js";
import { Scores } from "./scores.js";
import { fromAddress, passing, toAddress, worstFirst } from "./view.js";

export const Accuracy = ({ spoken }) => {
  const [view, setView] = useAddress(fromAddress);
  const [pointed, setPointed] = useState(); // at in the drawing
  const [opened, setOpened] = useState(); // in the list
  const scores = useAnswer(() => accuracy(), []);
  const rows = useAnswer(() => measurements(view.given), [view.given]);
  const all = rows.answer?.measurements;
  const shown = useMemo(() => all && passing(all, view), [all, view]);
  const furthest = useMemo(() => shown?.toSorted(worstFirst)[0], [shown]);

  const change = (changes) => {
    const next = { ...view, ...changes };
    setView(next);
    setPointed(undefined);
    setOpened(undefined);
    history.replaceState(null, "", toAddress(next));
  };
  return html`
    <div class="title"><h1>${t("accuracy.heading")}</h1><p>${t("accuracy.lead")}</p></div>
    <${Problem} error=${scores.error ?? rows.error} />
    ${all && html`
      <div class="calculator accuracy">
        <${Filters} measurements=${all} view=${view} onChange=${change} />
        <div class="results" aria-busy=${Boolean(rows.waiting)}>
          <${Found} shown=${shown} />
          ${shown.length > 0 && html`
            <${Scatter} shown=${shown} marked=${opened ?? furthest} spoken=${spoken} onPoint=${setPointed}><${Measurement} one=${pointed ?? opened ?? furthest} pointed=${Boolean(pointed ?? opened)} /><//>
            <${Ratios} shown=${shown} spoken=${spoken} />
            <${List} key=${toAddress(view)} shown=${shown} opened=${opened} onOpen=${setOpened} />`}
        </div>
      </div>`}
    ${scores.answer && html`<${Scores} scores=${scores.answer} spoken=${spoken} />`}
  `;
};
