/** Draws the page that the address names, follows links between pages, and keeps what moves up to date. */

import { base, context, pace } from "./host.js";
import { el, t, notice, alert, tick, inWords, understand } from "./dom.js";
import { PAGES } from "./pages.js";

const SECOND = 1_000;
/** What pages were called before. */
const MOVED = { now: "overview", matrix: "places" };
const FIRST = "overview";

const app = document.getElementById("rt-app");
/** The server's, so that it is there without this script, too. */
const nav = app.querySelector("nav");
const stale = el("p", { id: "rt-stale", class: "rt-soft", role: "status" });
const told = el("div", { id: "rt-told", role: "status", "aria-live": "polite" });
const page = el("div", { id: "rt-page", tabindex: "-1" }, el("p", { class: "jenkins-spinner" }, t("loading")));
app.lang = context.language;
app.replaceChildren(nav, told, stale, page);

let drawn = "", timer = 0, fresh = new Date();

function where() {
  const [name, ...rest] = location.pathname.slice(base.length).split("/");
  return { name: MOVED[name] ?? (name || FIRST), subject: decodeURIComponent(rest.join("/")),
    parameters: Object.fromEntries(new URLSearchParams(location.search)) };
}

const here = () => location.pathname + location.search;

async function content(place) {
  const made = await inKnownWords(place);
  return await understand() ? inKnownWords(place) : made;
}

async function inKnownWords({ name, subject, parameters }) {
  try {
    return Object.hasOwn(PAGES, name) ? await PAGES[name](subject, parameters)
      : { title: t("notfound"), content: [notice(t("notfound.said"))] };
  } catch (error) {
    return { title: t("failed"), failed: true, content: [el("div", { role: "alert" }, alert("danger", inWords(error.message)))] };
  }
}

/** @param seconds at the least */
function later(seconds) {
  timer = setTimeout(() => document.hidden || draw(true), SECOND * Math.max(seconds, pace.again));
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
  if (again && made.failed) {
    stale.replaceChildren(t("stale", fresh.toLocaleTimeString(context.language, { timeStyle: "short" })));
    later(pace.again * 2);
    return;
  }
  fresh = new Date();
  stale.replaceChildren();
  if (made.live) {
    later(made.live);
  }
  const newest = el("div", {},
    el("div", { class: "jenkins-app-bar" },
      el("div", { class: "jenkins-app-bar__content" }, el("h1", {}, made.title, " ", made.badge)),
      el("div", { class: "jenkins-app-bar__controls" }, made.controls)),
    made.content);
  tick(page);
  if (again && newest.isEqualNode(page.firstElementChild)) {
    return;
  }
  replace(newest, again);
  if (!again) {
    document.title = `${made.title} – ${t("title")}`;
    nav.querySelectorAll("a").forEach(a => a.dataset.page === place.name
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

function replace(newest, again) {
  const key = again ? document.activeElement?.dataset?.key : "";
  const typed = again ? page.querySelector("input[name=text]")?.value : "";
  const open = again ? [...page.querySelectorAll("details[open]")].map(known) : [];
  page.replaceChildren(newest);
  if (key) {
    [...page.querySelectorAll("[data-key]")].find(b => b.dataset.key === key)?.focus();
  }
  if (typed) {
    page.querySelector("input[name=text]").value = typed;
  }
  page.querySelectorAll("details").forEach(d => open.includes(known(d)) && d.setAttribute("open", ""));
}

const known = details => details.dataset.key ?? details.querySelector("summary").textContent;

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
