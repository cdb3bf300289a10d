/** What goes on now. */

import { get, blocked, outlooks, context, pace } from "./host.js";
import { el, t, say, count, link, address, release, service, change, notice, alert, table, facts, badge, ago, due, build, judge,
  bytes, percent, named, inWords } from "./dom.js";
import { action } from "./actions.js";

const PHASES = ["INSTALL", "TEST", "DECIDE"];

export const find = (text = "") => el("form", { class: "rt-form rt-find", action: address(["find"]), role: "search", "aria-label": t("find") },
  el("label", { class: "rt-field" }, t("find.what"), el("input", { name: "text", value: text, class: "jenkins-input", type: "search", required: true })),
  el("button", { class: "jenkins-button" }, t("find")));

/** @param columns after what each change is: title, and what to say of one */
function changes(caption, list, columns) {
  const shown = columns.filter(c => list.some(c[1]));
  return table(caption, [t("services"), t("build"), t("person"), t("since"), ...shown.map(c => c[0]), ""],
    list.map(w => [el("a", { href: address(["changes", w.id]) }, w.services.join(", ")), build(w), w.user, ago(w.since),
      ...shown.map(c => c[1](w) ?? "–"), el("div", { class: "rt-buttons" }, w.buttons)]));
}

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
    trouble?.map(one => el("div", { class: "rt-soft" }, t("trouble", one)))];
}

/** When those depart who wait for a scheduled departure. */
const departure = (next, train) => next === null ? null : [
  next.allFrozen ? alert("warning", t("departure.frozen")) : null,
  el("p", {}, t("departure.next", next.text), " (", ago(next.at), "): ", count("departure.waiting", next.changes.length), " ",
    next.changes.length ? action("DEPART", train) : null)];

/** A rollback that somebody ordered and that did not come to its end: it is asked for again, as it was. */
const unfinished = (order, train) => order === null ? null : alert("warning",
  el("p", {}, say("unfinished.said", release(order.release), order.user, order.reason)),
  action("ROLL_BACK", train, order.release, order));

/** Environments that are broken: since when, by which runs, and when the baseline alone is tested again. */
const broken = (list, owner) => list.map(b => alert("warning",
  el("p", {}, say("broken.said", b.environment, ago(b.since), count("broken.runs", b.runs.length))),
  el("p", {}, say("broken.due", due(b.due)), " ", action("RESUME", owner)),
  el("details", { class: "rt-details" }, el("summary", {}, t("broken.by")),
    el("ul", {}, b.runs.map(run => el("li", {}, el("code", {}, run)))))));

/** Why a train does not go on, but for what its pause and broken environments say already. */
export const stops = (n, told = []) => n.waits.filter(w => !n.paused || !w.why.includes(n.paused))
  .filter(w => !told.some(b => b.environment === w.environment)).map(w =>
  el("p", {}, w.environment ? t("waits.in", w.environment) : t("waits"), " ", named(w.why, [...n.batch, ...n.queue]), " ",
    el("span", { class: "rt-soft" }, ago(w.since))));

/** How far a promotion is, in figures. */
const course = p => p.phase === "CONTENT"
  ? t("progress.content", p.imagesDone, p.images, p.blobsDone, p.blobs) + " · " + t("progress.bytes", bytes(p.bytesDone), bytes(p.bytes)) +
    (p.bytesPerSecond ? " · " + t("progress.rate", bytes(p.bytesPerSecond)) : "")
  : t("progress." + p.phase, p.tagsDone, p.tags);

const short = digest => digest ? el("code", { title: digest }, digest.slice(7, 19)) : t("plan.new");

/** What a promotion takes: which tags move, from where to where. */
const plan = p => !p || p.tags.length === 0 ? null
  : el("details", { class: "rt-plan" }, el("summary", {}, count("plan.tags", p.tags.length),
    p.requests ? " · " + t("plan.requests", p.requests) : null),
  table(t("plan.caption"), [t("image"), t("from"), t("to")], p.tags.map(m => [m.image, short(m.from), short(m.to)])));

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

function train(n, expect) {
  const buttons = w => [w.position > 1 ? action("PRIORITISE", n.name, w.id) : null, w.position ? action("CANCEL", n.name, w.id) : null];
  const rows = list => list.map(w => ({ ...w, buttons: buttons(w) }));
  const tried = w => n.trials.filter(one => one.changes.includes(w.id)).map(one => one.environment).join(", ") || null;
  const expected = [t("expected"), w => n.paused || !expect.expected[w.id] ? null : due(expect.expected[w.id])];
  return el("section", { class: "rt-card", "aria-label": t("train.title", n.name) },
    el("div", { class: "rt-card-head" },
      el("h2", {}, t("train.title", n.name), " ", badge(n.state)),
      expect.configured ? el("div", { class: "rt-buttons" }, expect.held ? action("FREE", n.name) : action("HOLD", n.name),
        n.paused ? action("RESUME", n.name) : action("PAUSE", n.name)) : null),
    n.paused ? alert("warning", t("paused.said", inWords(n.paused)), " ", el("span", { class: "rt-soft" },
      n.pausedBy ? say("paused.by", n.pausedBy, ago(n.pausedSince)) : ago(n.pausedSince))) : null,
    expect.held ? alert("warning", t("held.said", expect.held)) : null,
    unfinished(expect.unfinished, n.name), departure(expect.departure, n.name),
    broken(expect.broken, n.name),
    expect.catalog ? alert("warning", expect.catalog) : null,
    facts([[t("newest.release"), release(n.lastRelease)]]),
    promotion(n.promotion), stops(n, expect.broken),
    n.trials.map(one => trial(one, n.batch)),
    n.batch.length ? changes(t("aboard"), rows(n.batch), [[t("tried.in"), tried], expected]) : null,
    n.queue.length ? changes(t("waiting.caption", n.waiting), rows(n.queue), [[t("position"), w => w.position], expected])
      : el("p", { class: "rt-soft" }, t("nothing.waits")),
    policy(expect), rates(expect));
}

/** What is measured, from the least to the most that it may be. */
function rates({ measured: m }) {
  if (!m) {
    return null;
  }
  const between = (e, said) => `${said(e.mean)} (${said(e.low)} – ${said(e.high)})`;
  const few = n => n.toLocaleString(context.language, { maximumFractionDigits: 1 });
  const inWeek = perHour => few(24 * 7 * perHour);
  return el("details", { class: "rt-details rt-soft" }, el("summary", {}, t("rates")),
    el("p", {}, t("rates.how", Math.round(m.changes), Math.round(m.runs), Math.round(m.hours))),
    facts([[t("rates.failure"), between(m.failure, percent)], [t("rates.flake"), between(m.flake, percent)],
      [t("rates.outages"), between(m.outagesPerHour, inWeek)], [t("rates.hours"), between(m.outageHours, few)]]));
}

/** Where a lane is, and how far. */
export function lane(n, id) {
  const at = n.trials.find(one => one.changes.includes(id));
  const why = [...n.batch, ...n.queue].find(w => w.id === id)?.why;
  return [badge(at ? at.progress.phase : "WAITING"),
    at ? el("div", { class: "rt-why rt-live" }, figures(at.progress), at.purpose ? el("div", {}, inWords(at.purpose)) : null) : null,
    why ? el("div", { class: "rt-why" }, inWords(why)) : null];
}

/** Those of all environments; buttons for those that are configured. */
const lanes = (list, expect) => list.length === 0 ? null
  : el("section", { class: "rt-card", "aria-label": t("lanes") },
    el("div", { class: "rt-card-head" }, el("h2", {}, t("lanes")), el("div", { class: "rt-buttons" },
      list.map((n, i) => el("span", {}, n.name, " ", expect[i].held ? action("FREE", `lane/${n.name}`) : action("HOLD", `lane/${n.name}`),
        n.paused ? action("RESUME", `lane/${n.name}`) : action("PAUSE", `lane/${n.name}`))))),
    list.filter(n => n.paused).map(n => alert("warning", `${n.name}: `, t("paused.said", n.paused))),
    list.map((n, i) => [expect[i].held ? alert("warning", `${n.name}: `, t("held.said", expect[i].held)) : null,
      broken(expect[i].broken, `lane/${n.name}`)]),
    table(t("lanes.caption"), [t("lane"), t("services"), t("build"), t("person"), t("since"), t("state"), ""],
      list.flatMap(n => [...n.batch, ...n.queue].map(w => [n.name, el("a", { href: address(["changes", w.id]) }, w.services.join(", ")),
        build(w), w.user, ago(w.since), lane(n, w.id), el("div", { class: "rt-buttons" },
          w.position > 1 ? action("PRIORITISE", `lane/${n.name}`, w.id) : null, action("CANCEL", `lane/${n.name}`, w.id))]))),
    list.map((n, i) => expect[i].measured ? el("div", {}, n.name, rates(expect[i])) : null));

const latest = items => items.length === 0 ? null
  : el("section", { class: "rt-card", "aria-label": t("latest") }, el("div", { class: "rt-card-head" },
    el("h2", {}, t("latest")), link(t("latest.all"), "history")),
  el("ul", { class: "rt-latest" }, items.map(i => el("li", {},
    badge(i.state), " ", i.kind === "RELEASE" ? release(i.id) : change(i.id), " ",
    i.services.map((s, k) => [k ? ", " : "", service(s)]), i.more ? " " + t("more", i.more) : "", " ",
    el("span", { class: "rt-soft" }, i.user, i.user ? " · " : "", ago(i.at)),
    i.reason && i.kind === "CHANGE" ? el("div", { class: "rt-why" }, inWords(i.reason)) : null))));

const plain = list => list.length === 0 ? null
  : el("section", { class: "rt-card rt-live", "aria-label": t("promotions") },
    el("div", { class: "rt-card-head" }, el("h2", {}, t("promotions"))),
    table(t("promotions.caption"), [t("from"), t("to"), t("since"), t("state")],
      list.map(p => [p.from, p.to, ago(p.since), [course(p.progress), plan(p.plan)]])));

const bad = list => list.length === 0 ? null
  : el("section", { class: "rt-card", "aria-label": t("blocked") }, el("div", { class: "rt-card-head" }, el("h2", {}, t("blocked"))),
    table(t("blocked.caption"), [t("service"), t("image"), t("release"), t("person"), t("why"), ""],
      list.map(b => [service(b.service), el("a", { href: address(["digests", b.digest]) }, el("code", {}, b.digest.slice(7, 19))),
        release(b.release), b.user, b.reason, action("UNBLOCK", "", b.digest)])));

const isTrain = n => n.kind === "TRAIN";

const ASIDE = 20_000, SECOND = 1_000, DRAWN = 4;
let aside = { at: 0 };
document.addEventListener("rt-changed", () => { aside = { at: 0 }; });

/** What belongs to what goes on, and is asked for again when somebody came, went or got further, or after a while. */
async function besides(all) {
  const shape = JSON.stringify(all.trains.map(n => [n.name, n.state, n.paused, n.batch.map(w => w.id), n.queue.map(w => w.id),
    n.trials.map(one => [one.changes, one.progress.phase])]));
  if (shape !== aside.shape || Date.now() - aside.at > Math.max(ASIDE, DRAWN * pace.again * SECOND)) {
    const answers = await Promise.all([get("history", { limit: 8 }), blocked(),
      outlooks(all.trains.map(n => isTrain(n) ? n.name : `lane/${n.name}`))]);
    aside = { shape, at: Date.now(), answers };
  }
  return aside.answers;
}

function cards(all, outlook) {
  const of = list => list.map(n => outlook[all.trains.indexOf(n)]);
  const trains = all.trains.filter(isTrain);
  const others = all.trains.filter(n => !isTrain(n));
  const [expect, ofLanes] = [of(trains), of(others)];
  const idle = n => n.state === "IDLE";
  const gone = i => !expect[i].configured && idle(trains[i]);
  const made = trains.map((n, i) => gone(i) ? null : train(n, expect[i]));
  return [made.filter((_, i) => !idle(trains[i])), lanes(others, ofLanes), made.filter((_, i) => idle(trains[i]))];
}

export async function now() {
  const all = await get("now");
  const [history, blocks, outlook] = await besides(all);
  return { title: t("now"), live: true, content: [
    find(),
    all.trains.length ? cards(all, outlook) : notice(t("now.none"), el("p", { class: "jenkins-notice__description" }, t("now.how"))),
    plain(all.promotions), bad(blocks), latest(history.items)] };
}
