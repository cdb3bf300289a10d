/** Any two sets side by side, chosen from what there is. */

import { get, now } from "./host.js";
import { el, t, say, count, query, release, notice, facts, section } from "./dom.js";
import { form } from "./forms.js";
import { differences, contractsOf, brought } from "./pages.js";

const PRODUCTION = "production", DAY = 86_400_000;

const ago = days => `${PRODUCTION}@${new Date(now() - days * DAY).toISOString().slice(0, 10)}`;

/** Names of production at several times, by value. */
const times = () => [[PRODUCTION, t("side.now")], [ago(1), t("side.day")], [ago(7), t("side.week")], [ago(28), t("side.month")]];

/** What a side is called. */
function called(side) {
  const time = times().find(known => known[0] === side);
  const kind = side.split(/[:@]/)[0];
  const name = side.slice(kind.length + 1);
  return time ? time[1] : !name ? release(side) : kind === PRODUCTION ? t("side.then", name) : t(`side.${kind}`, name);
}

const plain = side => { const said = called(side); return said.textContent ?? said; };

function picker(name, label, value, sets) {
  const groups = [[t("production"), times()], [t("side.waits"), sets.trains.map(n => [`waiting:${n}`, n])],
    [t("environments"), sets.places.map(n => [`place:${n}`, n])],
    [t("side.releases"), sets.releases.map(r => [r.id, `${r.id} · ${new Date(r.at).toLocaleDateString(document.documentElement.lang || undefined)}`])]];
  const known = groups.some(g => g[1].some(o => o[0] === value));
  return el("label", { class: "rt-field" }, label, el("div", { class: "jenkins-select" },
    el("select", { name, class: "jenkins-select__input" },
      value && !known ? el("option", { value, selected: true }, plain(value)) : value ? null : el("option", { value: "" }, t("side.choose")),
      groups.filter(g => g[1].length).map(([of, options]) => el("optgroup", { label: of },
        options.map(o => el("option", { value: o[0], selected: o[0] === value }, o[1])))))));
}

/** What is asked for most. */
function presets({ trains, places, releases }) {
  const pairs = [...trains.slice(0, 3).map(n => [PRODUCTION, `waiting:${n}`]), [ago(7), PRODUCTION],
    ...places.slice(0, 2).map(n => [PRODUCTION, `place:${n}`]), places.length > 1 ? [`place:${places[0]}`, `place:${places[1]}`] : null,
    releases.length > 1 ? [releases[1].id, releases[0].id] : null].filter(Boolean);
  return el("ul", { class: "rt-presets" }, pairs.map(([from, to]) =>
    el("li", {}, query(`${plain(from)} → ${plain(to)}`, "compare", { from, to }))));
}

export async function compare(p) {
  const sets = await get("sets");
  const fields = form("compare", t("compare"), [picker("from", t("from"), p.from, sets), picker("to", t("to"), p.to, sets)], t("compare.do"));
  if (!p.from || !p.to) {
    return { title: t("compare"), content: [fields, sets.releases.length + sets.places.length === 0 ? notice(t("nothing"))
      : section(t("compare.presets"), presets(sets))] };
  }
  const between = { from: p.from, to: p.to };
  const [c, contracts, { commits, people, issues }] = await Promise.all([get("compare", between), contractsOf(between), brought()]);
  return { title: t("compare"), content: [fields,
    el("p", {}, query(t("compare.turn"), "compare", { from: p.to, to: p.from })),
    el("p", {}, say("compare.said", count("services", c.total), c.same, called(c.from), called(c.to))),
    facts([[t("written.by"), c.people.length ? people(c.people) : ""], [t("issues"), c.issues.length ? issues(c.issues) : ""]]),
    differences(c.differences, c.total, commits), contracts] };
}
