/* Jenkins loads this the way of all its scripts; the pages are modules, and begin when their place is there. */
(() => {
  // For a screen on a wall: the page without its head, tabs and buttons.
  document.documentElement.classList.toggle("rt-wall", new URLSearchParams(location.search).has("wall"));
  const beside = name => new URL(`${name}.js`, document.currentScript.src).href;
  const main = beside("main");
  // All at once, and while the rest of the page is loading, instead of each when the one before asks for it.
  for (const name of ["main", "host", "dom", "pages", "overview", "forms", "actions"]) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href: beside(name) }));
  }
  document.addEventListener("DOMContentLoaded", () => import(main));
})();
