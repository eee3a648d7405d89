// The answer to the latest of questions that change while somebody types or drags: asked after a pause, the one before it given up.
import { useLayoutEffect, useState } from "preact/hooks";
import { ApiError } from "../api.js";

// `ask` takes the signal of the question that is given up, and gives a promise; without it there is nothing to ask.
export const useLatest = (ask, pause, needs) => {
  const [told, setTold] = useState({});
  useLayoutEffect(() => { // before the next frame: the answer is awaited
    if (!ask) return setTold({});
    const controller = new AbortController();
    setTold((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(() => ask(controller.signal).then(
      (answer) => setTold({ answer }),
      (error) => { if (error instanceof ApiError) setTold({ error }); }, // otherwise the next question has taken its place
    ), pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, needs);
  return told;
};
