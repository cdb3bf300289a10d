/** Draws the page that the address names, follows links between pages, and keeps what moves up to date. */

import { base, configuration, context, pace } from "./host.js";
import { el, t, notice, alert, link, tick } from "./dom.js";
import { PAGES } from "./pages.js";

const TABS = ["now", "history", "matrix", "compare", "trends", "audit"];
const SOON = 3_000, LATER = 10_000, SECOND = 1_000;

const app = document.getElementById("rt-app");
const nav = el("nav", { class: "rt-nav", "aria-label": t("pages") }, TABS.map(name => link(t("tab." + name), name)),
  configuration ? el("a", { href: configuration }, t("configuration")) : null);
const told = el("div", { id: "rt-told", role: "status", "aria-live": "polite" });
const page = el("div", { id: "rt-page", tabindex: "-1" }, el("p", { class: "jenkins-spinner" }, t("loading")));
app.lang = context.language;
app.replaceChildren(nav, told, page);

let drawn = "", timer = 0;

function where() {
  const [name, ...rest] = location.pathname.slice(base.length).split("/");
  return { name: name || "now", subject: decodeURIComponent(rest.join("/")),
    parameters: Object.fromEntries(new URLSearchParams(location.search)) };
}

const here = () => location.pathname + location.search;

async function content({ name, subject, parameters }) {
  try {
    return Object.hasOwn(PAGES, name) ? await PAGES[name](subject, parameters)
      : { title: t("notfound"), content: [notice(t("notfound.said"))] };
  } catch (error) {
    return { title: t("failed"), content: [el("div", { role: "alert" }, alert("danger", error.message))] };
  }
}

/** A page that is on the screen already keeps the focus, open details and its place. */
async function draw(again) {
  const asked = here();
  const place = where();
  const made = await content(place);
  if (asked !== here()) {
    return;
  }
  clearTimeout(timer);
  if (made.live) {
    timer = setTimeout(() => document.hidden || draw(true), Math.max(page.querySelector(".rt-live") ? SOON : LATER, 1_000 * pace.again));
  }
  const fresh = el("div", {},
    el("div", { class: "jenkins-app-bar" },
      el("div", { class: "jenkins-app-bar__content" }, el("h1", {}, made.title, " ", made.badge)),
      el("div", { class: "jenkins-app-bar__controls" }, made.controls)),
    made.content);
  tick(page);
  if (again && fresh.isEqualNode(page.firstElementChild)) {
    return;
  }
  replace(fresh, again);
  if (!again) {
    document.title = `${made.title} – ${t("title")}`;
    nav.querySelectorAll("a").forEach((a, i) => TABS[i] === place.name
      ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current"));
    if (drawn !== "") {
      page.focus();
      scrollTo(0, 0);
    }
  }
  if (drawn === "") {
    performance.mark("rt-shown");
  }
  drawn = asked;
  page.dataset.shown = String(Number(page.dataset.shown ?? 0) + 1);
}

function replace(fresh, again) {
  const key = again ? document.activeElement?.dataset?.key : "";
  const typed = again ? page.querySelector("input[name=text]")?.value : "";
  const open = again && page.querySelector("details")?.open;
  page.replaceChildren(fresh);
  if (key) {
    [...page.querySelectorAll("[data-key]")].find(b => b.dataset.key === key)?.focus();
  }
  if (typed) {
    page.querySelector("input[name=text]").value = typed;
  }
  if (open) {
    page.querySelector("details")?.setAttribute("open", "");
  }
}

const ours = url => url.origin === location.origin && url.pathname.startsWith(base) && !url.hash;

function go(url) {
  history.pushState(null, "", url);
  told.replaceChildren();
  draw(false);
}

app.addEventListener("click", event => {
  const a = event.target.closest("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (a && plain && ours(new URL(a.href))) {
    event.preventDefault();
    go(a.href);
  }
});

app.addEventListener("submit", event => {
  const filled = [...new FormData(event.target)].filter(p => p[1]);
  event.preventDefault();
  go(event.target.action + (filled.length ? "?" + new URLSearchParams(filled) : ""));
});

window.addEventListener("popstate", () => drawn !== here() && draw(false));
document.addEventListener("rt-changed", () => draw(true));
document.addEventListener("visibilitychange", () => document.hidden || draw(true));
setInterval(() => document.hidden || tick(page), SECOND);
draw(false);
