/** Whose tests judged, what failed, and why that is somebody's fault. */

import { el, t, count, address, notice, section, table, time, badge, duration, named, judge, build, percent } from "./dom.js";
import { trialTree } from "./pictures.js";

const one = f => build({ build: f.name, url: f.url });

/** Of one trial: its build, its log, and what failed in it. */
const tested = n => [judge(n.by), n.by?.tests ? [" · ", build({ build: t("tests"), url: n.by.tests })] : null,
  n.failures.length ? el("details", { class: "rt-details" }, el("summary", {}, count("tests.failed", n.counts.failed)),
    el("ul", {}, n.failures.map(f => el("li", {}, one(f)))), n.more ? t("more", n.more) : null)
    : n.counts ? el("div", { class: "rt-soft" }, count("progress.passed", n.counts.passed)) : null];

const culprit = f => el("li", {}, f.without ? [el("s", {}, one(f)), " ", el("span", { class: "rt-soft" }, t("tests.without"))]
  : [one(f), f.each ? null : [" ", el("span", { class: "rt-soft" }, t("tests.sometimes"))]]);

/** In how many of its runs a change failed, where to read that, and the tests that failed each time first. */
export function rejection(r, trials) {
  const judged = id => trials.find(n => n.id === id);
  const side = (key, id) => judged(id)?.by ? el("p", {}, t(key), " ", judge(judged(id).by),
    judged(id).by.tests ? [" · ", build({ build: t("tests"), url: judged(id).by.tests })] : null) : null;
  return r === null || r.runs === 0 ? null
    : el("div", { class: "rt-card", "aria-label": t("rejected.why") },
      el("p", {}, t(r.without ? "rejected.proven" : "rejected.said", r.failed, r.runs), r.chance === null ? ""
        : " " + t("rejected.chance", percent(r.chance, 4))),
      side("rejected.with", r.with), side("rejected.without", r.without),
      r.failures.length ? el("ul", { class: "rt-tests" }, r.failures.map(culprit)) : null);
}

const GUILTY = ["EJECTED", "NOT_INSTALLABLE"];

/** Two runs that prove one, and as many halvings as find it. */
const left = n => Math.ceil(Math.log2(n)) + 2;

function grouped(list, key) {
  const groups = new Map();
  list.forEach(n => groups.set(key(n), [...groups.get(key(n)) ?? [], n]));
  return [...groups.values()];
}

/** Sets that failed and passed: what failed in them is the tests' own. */
const unsteady = (list, riders) => grouped(list.filter(n => n.changes.length && !n.memo), n => n.changes.join())
  .map(runs => ({ failed: runs.filter(n => n.verdict === "FAILED"), passed: runs.filter(n => n.verdict === "PASSED").length }))
  .filter(g => g.failed.length && g.passed && !g.failed[0].changes.some(id => riders.some(r => r.id === id && GUILTY.includes(r.state))))
  .map(g => el("p", { class: "rt-soft" }, t("unsteady", g.failed.length, g.passed),
    g.failed.some(n => n.failures.length) ? ` (${[...new Set(g.failed.flatMap(n => n.failures.map(f => f.name)))].join(", ")})` : null));

/** What is known by now, in a sentence: who is still possible, who was cleared, and whether the tests are to be trusted. */
function told(riders, list) {
  const known = (r, what) => list.some(n => n.cells[n.changes.indexOf(r.id)] === what);
  const possible = riders.filter(r => r.state === "WAITING" && known(r, "POSSIBLE") && !known(r, "CLEARED"));
  const guilty = riders.filter(r => GUILTY.includes(r.state));
  return [guilty.length && riders.length > guilty.length ? el("p", {}, count("innocent", riders.length - guilty.length)) : null,
    possible.length ? el("p", {}, t("possible", possible.map(r => r.services.join(", ")).join("; "), left(possible.length))) : null,
    unsteady(list, riders)];
}

/** The trials of a batch, as a picture and as a table. */
export function searched({ riders, trials: list }) {
  if (list.length === 0) {
    return section(t("trials"), notice(t("trials.none")));
  }
  const names = new Map(riders.map(r => [r.id, r.services.join(", ")]));
  const rows = list.map(n => ({ ...n, purpose: named(n.purpose, riders), reason: named(n.reason, riders) }));
  return section(t("trials"), told(riders, list),
    list.length > 1 ? el("p", { class: "rt-soft" }, t("tree.how")) : null,
    el("div", { class: "rt-scroll", role: "region", "aria-label": t("tree"), tabindex: "0" }, trialTree(rows, riders)),
    el("details", { class: "rt-details" }, el("summary", {}, t("tree.table")),
      table(t("trials"), [t("when"), t("purpose"), t("verdict"), t("changes"), t("took"), t("environment"), t("judge"), t("why")],
        rows.map(n => [time(n.at), [n.purpose, n.role ? el("div", { class: "rt-soft" }, t("tree." + n.role)) : null], badge(n.verdict),
          n.changes.length ? n.changes.map((id, i) => [i ? ", " : "", el("a", { href: address(["changes", id]) }, names.get(id) ?? id)])
            : t("baseline.alone"),
          n.memo ? t("tree.memo") : duration(n.seconds), n.environment, tested(n), n.reason]))));
}
