// Sets dark or light before anything is drawn: as chosen here before, or else as the system says.
"use strict";
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("manual-theme");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  const isDark = () => (chosen === null ? system.matches : chosen === "dark");
  const show = () => {
    if (chosen !== null) root.dataset.theme = chosen;
    const button = document.getElementById("theme");
    if (button) {
      button.hidden = false;
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
    }
  };
  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      chosen = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("manual-theme", chosen);
      } catch {
        // As above.
      }
      show();
    });
  });
})();
