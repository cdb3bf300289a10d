/** Services by place: what production has of each, and what environments have. */

import { get } from "./host.js";
import { el, t, say, count, query, release, service, change, notice, table, ago, image, build } from "./dom.js";
import { field, form } from "./forms.js";

const soft = text => el("span", { class: "rt-soft" }, text);

const mark = (sign, said) => el("b", { class: "rt-warn", title: said }, ` ${sign}`, el("span", { class: "jenkins-visually-hidden" }, ` ${said}`));

/** By its name alone where nobody knows it by more. */
const found = i => i.digest ? image(i) : el("code", {}, `${i.repository}:${i.name}`);

/** @param before what the place to the left has */
function cell(spot, before, production) {
  if (!spot) {
    return soft("–");
  } else if (spot.seen) {
    return el("span", { title: t("places.should", spot.name) }, found(spot.seen), mark("≠", t("places.foreign")));
  }
  const name = before && before.digest === spot.digest ? el("span", { class: "rt-same" }, image(spot)) : image(spot);
  if (spot.candidate) {
    const { change: id, build: called, url } = spot.candidate;
    return [name, " ↑ ", el("small", {}, say("places.candidate", called ? build({ build: called, url }) : change(id)))];
  } else if (!production || production.digest === spot.digest) {
    return name;
  }
  return [name, spot.behind ? mark(`↓${spot.behind}`, count("places.behind", spot.behind)) : mark("≠", t("differs"))];
}

function cells(row) {
  let before = row.production;
  return row.images.map(spot => {
    const drawn = cell(spot, before, row.production);
    before = spot ?? before;
    return drawn;
  });
}

const head = e => [e.name, el("small", {}, say("places.installed", ago(e.since))),
  e.seen ? el("small", {}, say("places.seen", ago(e.seen))) : null];

/** Unlike a tick, it says which of the two it is where neither was asked for. */
const which = differs => el("label", { class: "rt-field" }, t("places.which"), el("div", { class: "jenkins-select" },
  el("select", { name: "differs", class: "jenkins-select__input" },
    [true, false].map(value => el("option", { value, selected: value === differs }, t(`places.differs.${value}`))))));

export async function places(p) {
  const m = await get("matrix", p);
  return { title: t("places"), content: [
    form("places", t("filter"), [field("text", t("service"), p.text),
      m.trains.length ? field("train", t("train"), p.train, m.trains) : null,
      m.groups.length ? field("group", t("places.group"), p.group, m.groups) : null, which(m.differs)], t("filter.do")),
    m.total === 0 ? notice(t("places.none"))
      : m.rows.length === 0 ? notice(t("places.same", m.total))
        : table(m.differs ? t("places.differing") : count("services", m.total),
          [t("service"), [t("production"), el("small", {}, t("by.release"))], ...m.environments.map(head)],
          m.rows.map(r => [service(r.service), [image(r.production), r.release ? [" ", el("small", {}, release(r.release))] : null], ...cells(r)]),
          "rt-places"),
    m.next ? el("p", {}, query(t("more.services"), "places", { ...p, after: m.next })) : null] };
}
