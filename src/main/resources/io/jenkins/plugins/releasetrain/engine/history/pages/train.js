/** A train as a whole, or the lanes of an environment: how far each is that waits. */

import { one, context } from "./host.js";
import { el, t, say, count, address, release, alert, table, facts, badge, time, ago, due, between, build, judge, bytes, percent, named, inWords } from "./dom.js";
import { action } from "./actions.js";
import { course, plan, owner } from "./overview.js";

/** Seconds between two looks, while something moves and while nothing does. */
const MOVING = 3, STILL = 10;

const PHASES = ["INSTALL", "TEST", "DECIDE"];

/** A trial's steps; what is done is ticked, what is under way is told in figures. */
export function trial(n, riders) {
  const at = PHASES.indexOf(n.progress.phase);
  return el("div", { class: "rt-trial rt-live" },
    el("p", {}, say("trial.said", count("changes", n.changes.length), n.environment, ago(n.since)), " ",
      el("span", { class: "rt-soft" }, named(n.purpose, riders)), n.by ? [" · ", t("judge"), " ", judge(n.by)] : null),
    el("ol", { class: "rt-steps" }, PHASES.map((name, i) =>
      el("li", { class: i < at ? "rt-done" : i === at ? "rt-at" : "", "aria-current": i === at ? "step" : null },
        t("phase." + name), i === at ? el("small", {}, figures(n.progress)) : null))));
}

function figures({ since, rollouts, tests, bytes: copied, trouble }) {
  return [t("progress.since"), " ", ago(since),
    rollouts ? " · " + t("progress.rollouts", rollouts.ready, rollouts.total) : null,
    rollouts?.waitingFor ? ` (${rollouts.waitingFor})` : null,
    tests ? [" · ", count("progress.passed", tests.passed)] : null,
    tests?.failed ? [", ", el("strong", { class: "rt-bad" }, t("progress.failed", tests.failed))] : null,
    tests?.skipped ? ", " + t("progress.skipped", tests.skipped) : null,
    copied ? " · " + t("progress.bytes", bytes(copied.copied), bytes(copied.total)) : null,
    trouble?.map(one => el("div", { class: "rt-soft" }, t("trouble.seen", inWords(one))))];
}

/** When those depart who wait for a scheduled departure. */
const departure = (next, train) => next === null ? null : [
  next.allFrozen ? alert("warning", t("departure.frozen")) : null,
  el("p", {}, t("departure.next", inWords(next.text)), " (", ago(next.at), "): ", count("departure.waiting", next.changes.length), " ",
    next.changes.length ? action("DEPART", train) : null)];

/** A rollback that somebody ordered and that did not come to its end: it is asked for again, as it was. */
const unfinished = (order, train) => order === null ? null : alert("warning",
  el("p", {}, say("unfinished.said", release(order.release), order.user, order.reason)),
  action("ROLL_BACK", train, order.release, order));

/** Environments that are broken: since when, by which runs, and when the baseline alone is tested again. */
const broken = (list, name) => list.map(b => alert("warning",
  el("p", {}, say("broken.said", b.environment, ago(b.since), count("broken.runs", b.runs.length))),
  el("p", {}, say("broken.due", due(b.due)), " ", action("RESUME", name)),
  el("details", { class: "rt-details" }, el("summary", {}, t("broken.by")),
    el("ul", {}, b.runs.map(run => el("li", {}, el("code", {}, run)))))));

/** Why a train does not go on, but for what its pause and broken environments say already. */
export const stops = (n, told = []) => n.waits.filter(w => !n.paused || !w.why.includes(n.paused))
  .filter(w => !told.some(b => b.environment === w.environment)).map(w =>
  el("p", {}, w.environment ? t("waits.in", w.environment) : t("waits"), " ", named(w.why, [...n.batch, ...n.queue]), " ",
    el("span", { class: "rt-soft" }, ago(w.since))));

const promotion = p => p === null ? null
  : el("div", { class: "rt-live" }, el("p", {}, say("promoting", release(p.release), ago(p.since)),
    p.progress ? " · " + course(p.progress)
      : p.bytes ? " · " + t("progress.bytes", bytes(p.bytes.copied), bytes(p.bytes.total)) : null), plan(p.plan));

function policy(expect) {
  const words = [inWords(expect.limit),
    expect.wasted > 0 ? t("wasted", percent(expect.wasted), percent(expect.wasteBudget)) : "",
    expect.wasted > expect.wasteBudget ? t("wasted.over") : ""];
  return expect.limit ? el("p", { class: "rt-soft rt-policy" }, words.filter(Boolean).join(" · ")) : null;
}

/** What is measured, from the least to the most that it may be. */
function settings(expect) {
  const m = expect.measured;
  if (!m) {
    return policy(expect);
  }
  const between = (e, said) => `${said(e.mean)} (${said(e.low)} – ${said(e.high)})`;
  const few = n => n.toLocaleString(context.language, { maximumFractionDigits: 1 });
  const inWeek = perHour => few(24 * 7 * perHour);
  return el("details", { class: "rt-details rt-soft", "data-key": "rates" }, el("summary", {}, t("rates")), policy(expect),
    el("p", {}, t("rates.how", Math.round(m.changes), Math.round(m.runs), Math.round(m.hours))),
    facts([[t("rates.failure"), between(m.failure, percent)], [t("rates.flake"), between(m.flake, percent)],
      [t("rates.outages"), between(m.outagesPerHour, inWeek)], [t("rates.hours"), between(m.outageHours, few)]]));
}

/** Where a lane is, and how far. */
export function lane(n, id) {
  const at = n.trials.find(one => one.changes.includes(id));
  const why = [...n.batch, ...n.queue].find(w => w.id === id)?.why;
  return [badge(at ? at.progress.phase : "WAITING"),
    at ? el("span", { class: "rt-why rt-live" }, " ", figures(at.progress), at.purpose ? el("div", {}, inWords(at.purpose)) : null) : null,
    why ? el("div", { class: "rt-why" }, inWords(why)) : null];
}

/** Why one waits: one cause. */
const why = one => one.why === "PROMOTION" ? say("why.PROMOTION", release(one.what))
  : one.out ? say("why.ASIDE", time(one.out.since), one.out.environment, time(one.out.until), inWords(one.what))
  : one.why === "OTHERS" || one.why === "PROOF" ? count("why." + one.why, one.others) : t("why." + one.why, inWords(one.what), one.others);

/** When that is decided, or why nobody knows. */
export const until = (expect, id) => expect.ranges[id] ? between(expect.ranges[id])
  : expect.unavailable ? el("span", { class: "rt-soft" }, t("unavailable." + expect.unavailable, expect.more)) : "";

/** Where a change of a train stands, in a sentence. */
export function stands(n, w, expect) {
  const at = n.trials.filter(one => one.changes.includes(w.id));
  return at.length ? at.map((one, i) => [i ? "; " : "", one.by ? say("stands.tested", one.environment, judge(one.by))
    : t("stands.tested.in", one.environment)])
    : expect.standing[w.id] ? why(expect.standing[w.id]) : w.position === 0 ? t("stands.aboard") : t("stands.waits", w.position);
}

/** Whether a train can go on without one that is aboard: nothing is tried, or its release is made, and no tag moved yet. */
export const mayLeave = (n, expect, id) => n.trials.length === 0 || expect.standing[id]?.why === "PROMOTION";

/** What can be done with one that waits, on demand. */
function more(n, w, expect) {
  const name = owner(n.kind, n.name);
  const buttons = [w.position > 1 ? action("PRIORITISE", name, w.id) : null,
    w.position || n.kind === "LANE" || mayLeave(n, expect, w.id) ? action("CANCEL", name, w.id) : null].filter(Boolean);
  return buttons.length === 0 ? null : el("details", { class: "rt-more", "data-key": `more ${w.id}` },
    el("summary", { "aria-label": t("more.of", w.services.join(", ")) }, "⋯"), el("div", { class: "rt-buttons" }, buttons));
}

/** A build without the folders above its job. */
const short = name => name.split("/").slice(-2).join("/");

/** One line per change: what, whose, where it stands, until when. */
function changes(n, expect) {
  const all = [...n.batch, ...n.queue];
  return all.length === 0 ? el("p", { class: "rt-soft" }, t("nothing.waits"))
    : table(t("changes.caption", n.batch.length, n.waiting), [t("change"), t("col.by"), t("since"), t("col.stands"), t("col.until"), ""],
      all.map(w => [el("a", { href: address(["changes", w.id]) }, w.services.join(", ")), [w.user, w.user ? " · " : "", build({ ...w, build: short(w.build) })], ago(w.since),
        n.kind === "LANE" ? lane(n, w.id) : stands(n, w, expect), n.kind === "LANE" ? "" : until(expect, w.id), more(n, w, expect)]), "rt-lines");
}

const box = (title, what, detail) => el("li", {}, el("strong", {}, title), " ", what, detail ? el("small", {}, detail) : null);

/** From left to right: who waits, who is tried, what is on its way, what production has. */
const way = (n, expect) => el("ol", { class: "rt-way", "aria-label": t("way.label") },
  box(t("way.waiting"), n.waiting, inWords(expect.departure?.text)),
  box(t("way.tried"), n.batch.length, n.trials.map(one => one.environment).join(", ")),
  n.promotion ? box(t("way.promoting"), release(n.promotion.release)) : null,
  n.lastRelease && n.lastRelease !== n.promotion?.release ? box(t("way.released"), release(n.lastRelease)) : null);

const controls = (n, expect) => expect.configured
  ? [expect.held ? action("FREE", owner(n.kind, n.name)) : action("HOLD", owner(n.kind, n.name)),
    n.paused ? action("RESUME", owner(n.kind, n.name)) : action("PAUSE", owner(n.kind, n.name))] : null;

async function page(kind, title, name) {
  const { now: n, outlook: expect } = await one(kind, name);
  const moving = n.trials.length > 0 || n.promotion !== null;
  return { title: t(title, n.name), badge: badge(n.state), live: moving ? MOVING : STILL, controls: controls(n, expect), content: [
    n.paused ? alert("warning", t("paused.said", inWords(n.paused)), " ", el("span", { class: "rt-soft" },
      n.pausedBy ? say("paused.by", n.pausedBy, ago(n.pausedSince)) : ago(n.pausedSince))) : null,
    expect.held ? alert("warning", t("held.said", inWords(expect.held))) : null,
    unfinished(expect.unfinished, n.name), broken(expect.broken, owner(n.kind, n.name)),
    expect.catalog ? alert("warning", inWords(expect.catalog)) : null,
    n.kind === "LANE" ? null : way(n, expect), departure(expect.departure, n.name),
    promotion(n.promotion), stops(n, expect.broken),
    n.kind === "LANE" ? null : n.trials.map(one => trial(one, n.batch)),
    changes(n, expect), settings(expect)] };
}

export const train = name => page("trains", "train.title", name);

export const lanes = name => page("lanes", "lanes.title", name);
