/** The pages: each reads the API and answers with its title, its controls and its content. */

import { get, one, blocked } from "./host.js";
import { el, t, say, count, word, link, query, address, release, service, change, notice, alert, section, table, facts,
  badge, time, ago, image, build, named, inWords, brief, copy, versions } from "./dom.js";
import { field, day, form } from "./forms.js";
import { action } from "./actions.js";
import { overview, find } from "./overview.js";

/** Only few pages need these, and the first is not among them. */
const places = () => import("./train.js");
const evidence = () => import("./evidence.js");
const contracts = () => import("./contracts.js");
export const brought = () => import("./commits.js");
/** What cannot be told of contracts is said in their place, and keeps nothing else from being told. */
export const contractsOf = async which => (await contracts()).contractsOf(which).catch(error => alert("warning", inWords(error.message)));
const contractHistory = async name => (await contracts()).contractHistory(name);

const STATES = ["PROMOTED", "MADE", "REFUSED", "EJECTED", "NOT_INSTALLABLE", "INCOMPATIBLE", "SUPERSEDED", "CANCELLED", "PROVEN", "UNDECIDED"];
const ENDED = { RELEASED: "good", PROVEN: "good", EJECTED: "bad", NOT_INSTALLABLE: "bad", INCOMPATIBLE: "bad", REFUSED: "bad" };

const SUBJECTS = { PRIORITISED: change, FORCED: change, ROLLED_BACK: release, BLOCKED: service, NOTED: release, MARKED_GOOD: release };

const itemLink = i => i.kind === "RELEASE" ? release(i.id) : change(i.id, i.build || i.services.join(", "));

/** Of a list, which has a page for each. */
const SHOWN = 4;

function services(i) {
  const more = Math.max(0, i.services.length - SHOWN) + i.more;
  return [i.services.slice(0, SHOWN).map((s, n) => [n ? ", " : "",
    el("span", { class: "rt-brief", title: `${s} ${i.versions[n] ?? ""}` }, service(s), i.versions[n] ? " " + i.versions[n] : "")]),
    more ? " " + t("more", more) : ""];
}

function itemTable(caption, items) {
  return items.length === 0 ? notice(t("nothing"))
    : table(caption, [t("when"), t("what"), t("state"), t("services"), t("build"), t("person"), t("why")],
      items.map(i => [time(i.at), el("span", {}, el("span", { class: "rt-id" }, itemLink(i)), el("br"), el("small", { class: "rt-soft" }, i.owner)), badge(i.state),
        services(i), build(i), i.user, inWords(brief(i.reason))]));
}

const older = (page, p, next) => next ? el("p", {}, query(t("older"), page, { ...p, before: next })) : null;

export function differences(list, total, commits) {
  return list.length === 0 ? notice(t("nothing.differs"))
    : table(list.length < total ? t("first", list.length, total) : count("services", total),
      [t("service"), t("what"), t("from"), t("to"), ...commitsOf(list, () => t("commits"))],
      list.map(d => [service(d.service), word(d.change), d.change === "BROUGHT" ? "" : image(d.from), image(d.to), ...commitsOf(list, () => commits(d.commits))]));
}

/** A column of its own only where any are known. */
const commitsOf = (list, told) => list.some(d => d.commits) ? [told()] : [];

/** Images of this release that somebody blocked. */
async function blocks(id) {
  const list = (await blocked()).filter(b => b.release === id);
  return list.length === 0 ? null
    : alert("warning", el("p", {}, t("release.bad", list[0].user, list[0].reason)), el("ul", {},
      list.map(b => el("li", {}, service(b.service), " ", el("code", {}, b.digest.slice(7, 19)), " ", action("UNBLOCK", "", b.digest)))));
}

export const PAGES = {
  overview,
  trends: async (_, p) => (await import("./trends.js")).trends(_, p),
  trains: async name => (await places()).train(name),
  lanes: async name => (await places()).lanes(name),
  places: async (_, p) => (await import("./places.js")).places(p),
  compare: async (_, p) => (await import("./compare.js")).compare(p),

  async bad() {
    const list = await blocked();
    return { title: t("blocked"), content: [list.length === 0 ? notice(t("blocked.none"))
      : table(t("blocked.caption"), [t("service"), t("image"), t("release"), t("person"), t("why"), ""],
        list.map(b => [service(b.service), el("a", { href: address(["digests", b.digest]) }, el("code", {}, b.digest.slice(7, 19))),
          release(b.release), b.user, b.reason, action("UNBLOCK", "", b.digest)]))] };
  },

  async history(_, p) {
    const [history, all] = await Promise.all([get("history", p), get("overview")]);
    return { title: t("history"), content: [
      form("history", t("filter"), [field("text", t("words"), p.text), field("owner", t("owner"), p.owner, all.owners),
        field("service", t("service"), p.service), field("state", t("state"), p.state, STATES),
        field("person", t("person"), p.person), day("from", t("from.day"), p.from), day("to", t("before.day"), p.to)], t("filter.do")),
      itemTable(t("newest"), history.items), older("history", p, history.next)] };
  },

  async audit(_, p) {
    const { deeds, next } = await get("audit", p);
    return { title: t("audit"), content: [
      deeds.length === 0 ? notice(t("nothing"))
        : table(t("audit.newest"), [t("when"), t("person"), t("what"), t("audit.on"), t("why")],
          deeds.map(d => [time(d.at), d.user, word(d.what), el("span", {}, d.what === "BLOCKED" ? release(d.place) : d.place,
            d.subjects.map(s => el("div", {}, (SUBJECTS[d.what] ?? String)(s)))), d.reason])),
      older("audit", p, next)] };
  },

  async releases(id) {
    const [r, bad, contracts, { searched }, { commits, people, notes, noted }] = await Promise.all(
      [one("releases", id), blocks(id), contractsOf({ item: id }), evidence(), brought()]);
    const mono = r.kind === "MONO";
    return { title: t("release.title", r.id), badge: badge(r.state), live: r.state === "MADE",
      controls: [r.parent ? query(t("compare.parent"), "compare", { from: r.parent, to: r.id }) : null,
        action("ROLL_BACK", mono ? r.owner : `lane/${r.owner}`, r.id), action("MARK_BAD", r.owner, r.id), action("NOTE", "", r.id, null, r.note), notes(r.id)],
      content: [bad, noted(r.note),
        facts([[t("owner"), r.owner], [t("made"), time(r.madeAt)],
          [r.state === "REPLACED" ? t("was.promoted") : t("promoted"), r.promotedAt ? time(r.promotedAt) : ""],
          [t("replaced"), r.replacedAt ? time(r.replacedAt) : ""],
          [t("follows"), release(r.parent)], [t("rollback.to"), release(r.rollbackOf)], [t("person"), r.user],
          [t("why"), r.reason], [t("skipped"), r.skipped.join(", ")],
          [t("written.by"), r.people.length ? people(r.people) : ""], [t("known.good"), r.note?.mark === "GOOD" ? r.note.user : ""],
          [t("set"), el("code", { title: r.set }, r.set.slice(7, 19))]]),
        section(t("changed"), differences(r.changed, r.total, commits)), contracts,
        r.changes.length ? section(t("forwhom"), itemTable(t("changes"), r.changes)) : null,
        r.rollbackOf ? null : searched(r.search)] };
  },

  async changes(id) {
    const [c, contracts, { rejection, searched }, { trial, lane, stands, until, stops, mayLeave }, { commits }] = await Promise.all(
      [one("changes", id), contractsOf({ item: id }), evidence(), places(), brought()]);
    const i = c.item;
    const open = i.state === "WAITING";
    const place = c.place?.now;
    const train = place?.kind === "TRAIN" ? place : null;
    const queued = train?.queue.find(w => w.id === id);
    const trials = place?.trials.filter(n => n.changes.includes(id)) ?? [];
    const expect = train ? c.place.outlook : null;
    return { title: versions(c.images) || i.services.join(", ") || i.id, live: open ? 5 : 0,
      badge: badge(trials.length ? trials[0].progress.phase : i.state),
      controls: expect?.configured ? [queued?.position > 1 ? action("PRIORITISE", i.owner, i.id) : null, action("FORCE", i.owner, i.id),
        queued || mayLeave(train, expect, id) ? action("CANCEL", i.owner, i.id) : null] : i.state === "INCOMPATIBLE" ? [action("WAIVE", "", i.id)] : [],
      content: [standing(i, c.place, c.search.riders, { lane, stands, until }), rejection(c.rejected, c.search.trials),
        train ? [trials.map(n => trial(n, train.batch)), stops(train)] : null,
        facts([[t("owner"), i.owner], [t("build"), build(i)], [t("person"), i.user], [t("when"), time(i.at)],
          [t("id"), [el("code", { class: "rt-break" }, i.id), " ", copy(i.id)]]]),
        section(t("images"), table(count("services", c.images.length), [t("service"), t("image"), ...commitsOf(c.images, () => t("commits"))],
          c.images.map(d => [service(d.service), image(d.to), ...commitsOf(c.images, () => commits(d.commits))]))), contracts,
        open && c.search.trials.length === 0 ? null : searched(c.search)] };
  },

  /** By whatever somebody knows of it: a service, a build, a person, a release, a digest, or a word of a reason. */
  async find(_, { text = "" }) {
    const known = text.trim();
    const asked = /^sha256:[0-9a-f]{64}$/.test(known) ? [{ digest: known }]
      : [{ text: known }, { service: known }, { person: known }, { owner: known }];
    const lists = await Promise.all(asked.map(parameters => get("history", { ...parameters, limit: 20 })));
    const items = new Map(lists.flatMap(l => l.items).map(i => [i.kind + i.id, i]));
    return { title: t("find.title", known), content: [find(known),
      itemTable(t("newest"), [...items.values()].sort((a, b) => b.at.localeCompare(a.at))),
      el("p", {}, lists[1]?.items.length ? [service(known), " · "] : null, query(t("find.history"), "history", { text: known }))] };
  },

  async services(name, p) {
    const [s, contracts] = await Promise.all([one("services", name, p), contractHistory(name)]);
    return { title: t("service.title", s.service), content: [
      facts([[t("production"), image(s.production)], [t("by.release"), release(s.release)]]),
      section(t("timeline"), itemTable(t("newest"), s.history.items),
        s.history.next ? el("p", {}, el("a", { href: address(["services", name], { before: s.history.next }) }, t("older"))) : null),
      contracts, el("p", {}, link(t("verified"), "verified", name))] };
  },

  async verified(name) {
    return { title: t("verified.title", name), content: await (await contracts()).verifiedMatrix(name) };
  },

  async digests(digest) {
    const d = await one("digests", digest);
    const block = (await blocked()).find(b => b.digest === d.digest);
    return { title: t("digest.title"), badge: block ? badge("BLOCKED") : null,
      controls: block ? [action("UNBLOCK", "", d.digest)] : [],
      content: [el("p", {}, d.image ? [el("strong", {}, d.image.image.name), " "] : null, el("code", { class: "rt-break" }, d.digest), " ",
        copy(d.digest)),
        block ? alert("warning", t("digest.blocked", block.user, block.reason)) : null,
        (d.image?.warnings ?? []).map(w => alert("warning", t("warn." + w))),
        facts([[t("production"), d.production.length
          ? d.production.map((r, n) => [n ? ", " : "", service(r.service), " (", release(r.release), ")"]) : t("digest.nowhere")],
        [t("environments"), d.environments.map(e => `${e.environment} (${e.service})`).join(", ") || t("digest.none")]]), made(d.image?.builds ?? []), says(d.image?.says),
        section(t("digest.by"), itemTable(t("newest"), d.releases))] };
  },
};

/** The builds that made an image. */
const made = builds => builds.length === 0 ? null : section(t("made.by"), table(count("builds", builds.length),
  [t("service"), t("build"), t("branch"), t("says.revision")],
  builds.map(b => [service(b.service), build(b), b.branch, el("code", { title: b.revision }, b.revision.slice(0, 8))])));

/** What an image says of itself: claims, which nobody has proven. */
const says = l => l ? section(t("says"), facts([[t("says.version"), l.version], [t("says.revision"), l.revision],
  [t("says.source"), l.source ? el("a", { href: l.source, rel: "noreferrer" }, l.source) : ""], [t("says.created"), l.created]]),
el("p", { class: "rt-soft" }, t("says.how"))) : null;

/** What a rejection rests on, word for word. */
const proof = (reason, riders) => brief(reason) === reason ? null
  : el("details", { class: "rt-details" }, el("summary", {}, t("proof")), el("p", { class: "rt-break" }, named(reason, riders)));

/** Why is mine waiting or rejected: in one sentence, on top. */
function standing(item, place, riders, { lane, stands, until }) {
  if (item.state !== "WAITING") {
    return alert({ good: "success", bad: "danger" }[ENDED[item.state]] ?? "info", el("strong", {}, word(item.state)), item.reason ? ": " + named(brief(item.reason), riders) : "", proof(item.reason, riders));
  }
  const since = say("standing.since", ago(item.at));
  const waiting = place ? [...place.now.batch, ...place.now.queue].find(w => w.id === item.id) : null;
  if (!waiting || place.now.kind === "LANE") {
    return alert("info", waiting ? lane(place.now, item.id) : word("WAITING"), " ", since);
  }
  const expected = until(place.outlook, item.id);
  return alert("info", el("strong", {}, stands(place.now, waiting, place.outlook)), " · ",
    expected ? [say("standing.expected", expected), " · "] : "", since);
}
