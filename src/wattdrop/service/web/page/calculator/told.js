// How the service came to the numbers, asked for when somebody opens a list of it; nothing until then.
import { useEffect, useState } from "preact/hooks";
import { explain } from "../api.js";

export const useTold = (row, open) => {
  const [told, setTold] = useState({});
  const text = JSON.stringify(row);
  useEffect(() => {
    if (!open) return undefined;
    const controller = new AbortController();
    explain(row, controller.signal).then(setTold, () => {});
    return () => controller.abort();
  }, [open, text]);
  return told;
};
