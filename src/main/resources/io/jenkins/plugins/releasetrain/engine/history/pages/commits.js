/** What came with images: commits, who wrote them, and the notes made of them. */

import { base } from "./host.js";
import { el, t, count, time, build, button } from "./dom.js";

const web = (text, url) => url ? el("a", { href: url, rel: "noreferrer" }, text) : text;

const one = c => el("li", {}, web(el("code", {}, c.id.slice(0, 8)), c.url), " ", c.title,
  c.issues.map(i => [" ", web(i.key, i.url)]),
  el("span", { class: "rt-soft" }, c.author ? ` – ${c.author}` : "", c.at ? [" ", time(c.at)] : null));

/** Of one service: how many, opened to which; nothing where nothing is known. */
export function commits(c) {
  if (!c) {
    return "";
  }
  const link = c.link ? [" ", web(t("commits.compare"), c.link)] : null;
  if (c.state === "UNKNOWN") {
    return [el("span", { class: "rt-soft" }, t("commits.unknown")), link];
  }
  const text = [count(c.state === "BACK" ? "commits.back" : "commits", c.total),
    c.complete || c.state === "MADE" ? null : " " + t("commits.least"), c.changeRequest ? " " + t("commits.request") : null];
  return [c.commits.length === 0 ? el("span", {}, text)
    : el("details", { class: "rt-details" }, el("summary", {}, text),
      el("ul", { class: "rt-commits" }, c.commits.map(one), c.total > c.commits.length ? el("li", {}, t("more", c.total - c.commits.length)) : null)),
  link, c.build ? el("div", { class: "rt-soft" }, build(c)) : null];
}

/** Who wrote it, as "bob (3), eve". */
export const people = list => list.map((p, i) => [i ? ", " : "", el("span", { title: p.user }, p.name || p.user), p.commits > 1 ? ` (${p.commits})` : ""]);

export const issues = list => list.map((i, n) => [n ? ", " : "", web(i.key, i.url)]);

/** Copies the notes of a release, as Markdown. */
export const notes = id => button(t("notes.copy"), async event => {
  const from = event.target;
  const answer = await fetch(`${base}api/releases/${encodeURIComponent(id)}/notes?format=md`);
  if (answer.ok) {
    await navigator.clipboard?.writeText(await answer.text());
    from.textContent = t("copied");
  }
});

/** What somebody wrote on a release. */
export const noted = n => n === null || !n.text ? null
  : el("blockquote", { class: "rt-note" }, n.text.split("\n").map(line => el("div", {}, line)), el("span", { class: "rt-soft" }, n.user));
