/** What needs a person, and one line per train. */

import { get } from "./host.js";
import { el, t, say, count, link, address, release, notice, alert, table, ago, between, bytes, inWords, word, tone, icon } from "./dom.js";
import { action } from "./actions.js";

/** Seconds between two looks, while something moves and while nothing does. */
const MOVING = 10, STILL = 60;

export const find = (text = "") => el("form", { class: "rt-form rt-find", action: address(["find"]), role: "search", "aria-label": t("find") },
  el("input", { name: "text", value: text, class: "jenkins-input", type: "search", required: true, "aria-label": t("find.what"),
    placeholder: t("find.what") }),
  el("button", { class: "jenkins-button" }, t("find")));

/** A train's page, or that of the lanes of an environment. */
export const place = n => link(n.kind === "LANE" ? t("lanes.of", n.name) : n.name, n.kind === "LANE" ? "lanes" : "trains", n.name);

/** What operations call it. */
export const owner = (kind, name) => kind === "LANE" ? `lane/${name}` : name;

const HELP = { PAUSED: "RESUME", BROKEN: "RESUME", HELD: "FREE" };

/** What does not go on before somebody looks at it, with the button that ends it. */
function trouble(one) {
  const where = place({ kind: one.kind, name: one.owner });
  const name = owner(one.kind, one.owner);
  const said = one.what === "BROKEN" ? say("trouble.BROKEN", where, one.environment)
    : one.what === "UNFINISHED" ? say("trouble.UNFINISHED", where, release(one.release), one.user)
      : say(`trouble.${one.what}${one.what === "PAUSED" && one.user ? ".by" : ""}`, where, inWords(one.why), one.user);
  return el("li", {}, el("span", { class: "rt-warn", "aria-hidden": "true" }, "! "), said,
    one.since ? [" · ", ago(one.since)] : null,
    one.waiting === "0" ? null : " · " + count("trouble.waiting", Number.parseInt(one.waiting, 10)),
    HELP[one.what] ? [" ", action(HELP[one.what], name)] : null);
}

/** What a train does now, in words. */
function doing(n) {
  const tested = n.trials.map(one => one.changes === 0 ? t("line.baseline", one.environment)
    : one.searches ? t("line.search", n.batch, one.changes, one.environment) : t("line.testing", one.changes, one.environment));
  const words = n.kind === "LANE" ? [n.batch ? t("line.in", n.batch) : ""] : tested;
  if (n.state === "PAUSED") {
    words.unshift(word("PAUSED"));
  } else if (n.kind !== "LANE" && tested.length === 0) {
    words.push(n.batch ? t("line.batch", n.batch)
      : n.state === "WAITING" ? n.departure ? t("line.departs", inWords(n.departure.text)) : word("WAITING") : "");
  }
  return [words.filter(Boolean).join(", ") || (n.promoting ? "" : el("span", { class: "rt-soft" }, word("IDLE"))),
    n.promoting ? [words.some(Boolean) ? ", " : "", say("line.promoting", release(n.promoting))] : null];
}

const MARKS = ["RELEASED", "REFUSED", "TURNED_BACK", "MADE"];

/** What became of the last releases: a sign for each, and in words how many. */
function last(marks) {
  const kinds = MARKS.map(kind => [kind, marks.filter(m => m === kind).length]).filter(k => k[1]);
  return marks.length === 0 ? null
    : el("span", { class: "rt-marks", role: "img", "aria-label": kinds.map(([kind, n]) => `${n} ${word(kind)}`).join(", ") },
      marks.map(m => el("span", { class: tone(m), title: word(m) }, icon(m))));
}

const line = n => [place(n), [release(n.release), n.releasedAt ? [" ", el("span", { class: "rt-soft" }, ago(n.releasedAt))] : null],
  doing(n), n.waiting === "0" ? "" : n.waiting, n.expected ? between(n.expected) : "", last(n.last)];

/** How far a promotion is, in figures. */
export const course = p => p.phase === "CONTENT"
  ? t("progress.content", p.imagesDone, p.images, p.blobsDone, p.blobs) + " · " + t("progress.bytes", bytes(p.bytesDone), bytes(p.bytes)) +
    (p.bytesPerSecond ? " · " + t("progress.rate", bytes(p.bytesPerSecond)) : "")
  : t("progress." + p.phase, p.tagsDone, p.tags);

const short = digest => digest ? el("code", { title: digest }, digest.slice(7, 19)) : t("plan.new");

/** What a promotion takes: which tags move, from where to where. */
export const plan = p => !p || p.tags.length === 0 ? null
  : el("details", { class: "rt-plan" }, el("summary", {}, count("plan.tags", p.tags.length),
    p.requests ? " · " + t("plan.requests", p.requests) : null),
  table(t("plan.caption"), [t("image"), t("from"), t("to")], p.tags.map(m => [m.image, short(m.from), short(m.to)])));

const plain = list => list.length === 0 ? null
  : el("section", { class: "rt-section rt-live" }, el("h2", {}, t("promotions")),
    table(t("promotions.caption"), [t("from"), t("to"), t("since"), t("state")],
      list.map(p => [p.from, p.to, ago(p.since), [course(p.progress), plan(p.plan)]])));

export async function overview() {
  const all = await get("overview");
  const rows = [...all.trains, ...all.lanes];
  const moving = all.promotions.length > 0 || rows.some(n => n.trials.length || n.promoting || n.batch);
  return { title: t("overview"), live: moving ? MOVING : STILL, controls: find(), content: [
    all.trouble.length ? el("ul", { class: "rt-trouble", "aria-label": t("trouble") }, all.trouble.map(trouble)) : null,
    rows.length ? table(t("overview.caption"), [t("train"), t("col.released"), t("col.now"), t("col.wait"), t("col.until"), t("col.last")],
      rows.map(line), "rt-lines")
      : notice(t("now.none"), el("p", { class: "jenkins-notice__description" }, t("now.how"))),
    all.lines.length ? (await import("./lines.js")).lines(all.lines) : null,
    plain(all.promotions), el("p", { class: "rt-soft" }, link(t("blocked"), "bad"))] };
}
