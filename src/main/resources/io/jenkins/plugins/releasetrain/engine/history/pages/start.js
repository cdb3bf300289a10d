/* Jenkins loads this the way of all its scripts; the pages are modules, and begin when their place is there. */
(() => {
  const main = new URL("main.js", document.currentScript.src).href;
  document.addEventListener("DOMContentLoaded", () => import(main));
})();
