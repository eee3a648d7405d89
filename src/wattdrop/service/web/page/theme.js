// Light, dark, or as the system is. A choice is remembered; the system's is not.
const KEPT = "wattdrop.theme";
export const THEMES = ["system", "light", "dark"];

export const theme = () => document.documentElement.dataset.theme ?? "system";

export const useTheme = (name) => {
  if (name === "system") {
    localStorage.removeItem(KEPT);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEPT, name);
    document.documentElement.dataset.theme = name;
  }
};
