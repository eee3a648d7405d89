// Before anything is painted: the colours that were chosen last. Without a choice the style sheet follows the system.
"use strict";
const chosen = localStorage.getItem("wattdrop.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
