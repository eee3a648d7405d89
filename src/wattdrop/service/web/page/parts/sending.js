// A form that is sent once at a time: what the API finds wrong is kept for its field, which gets the focus, or said as a whole.
import { useEffect, useState } from "preact/hooks";

export const useSending = (send, onSent) => {
  const [told, setTold] = useState({});
  const submit = async (event) => {
    event.preventDefault();
    if (told.waiting) return;
    setTold({ waiting: true });
    try {
      const answer = await send();
      setTold({});
      onSent(answer);
    } catch (error) {
      setTold({ error });
    }
  };
  useEffect(() => { if (told.error) document.querySelector("form [aria-invalid=true]")?.focus(); }, [told.error]);
  const wrong = (field) => (told.error?.field === field ? told.error.message : "");
  return { submit, wrong, waiting: told.waiting, error: told.error };
};
