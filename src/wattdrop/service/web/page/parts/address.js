// What a page shows, as its address says. The browser's way back shows what it said before; `onBack` hears of it.
import { useEffect, useState } from "preact/hooks";

export const useAddress = (read, onBack) => {
  const [view, setView] = useState(read);
  useEffect(() => {
    const back = () => {
      onBack?.();
      setView(read());
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  return [view, setView];
};
