// What the API answers, and what it says where it can't.
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { has, t } from "../text.js";

// The answer to the latest question; what an earlier one brings is dropped. `ask` gives a promise, or nothing to ask.
export const useAnswer = (ask, needs) => {
  const [told, setTold] = useState({});
  useEffect(() => {
    const asked = ask();
    if (!asked) return setTold({});
    let current = true;
    setTold((before) => ({ ...before, waiting: true }));
    asked.then((answer) => current && setTold({ answer }), (error) => current && setTold({ error }));
    return () => { current = false; };
  }, needs);
  return told;
};

// An error in the reader's language, where the page has words for it, then in the API's own, which hold more.
export const Said = ({ error }) => html`
  ${has(`error.${error.code}`) && t(`error.${error.code}`)}
  ${error.message && html`<span class="details" lang="en">${error.message}</span>`}
`;

// A key that has ended is asked for anew, which the shell does; anything else is said.
export const Problem = ({ error }) => error && error.status !== 401 && html`
  <p class="card problem" role="alert"><${Said} error=${error} /></p>
`;
