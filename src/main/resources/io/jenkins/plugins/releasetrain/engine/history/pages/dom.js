/** Elements made of data. A text is only ever set as text, so that nothing in it is interpreted. */

import { base, root, context, sentences, now } from "./host.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== "") {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return node;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/** A text in the user's language; {0} and so on are replaced. */
export const t = (key, ...values) => (context.texts[key] ?? key).replace(/\{(\d)\}/g, (_, i) => values[i]);

/** The same with elements as values. */
export const say = (key, ...values) => (context.texts[key] ?? key).split(/\{(\d)\}/).map((part, i) => i % 2 ? values[part] : part);

const plurals = new Intl.PluralRules(context.language);

/** A text about n things, which is its {0}. */
export const count = (key, n, ...values) => t(`${key}.${plurals.select(n)}`, n.toLocaleString(context.language), ...values);

/** A state, or whatever else the server names in capitals. */
export const word = name => context.texts["word." + name] ?? name.toLowerCase().replaceAll("_", " ");

/** The address of one of our own pages. */
export function address(path, parameters = {}) {
  const filled = Object.entries(parameters).filter(p => p[1]);
  return base + path.map(encodeURIComponent).join("/") + (filled.length ? "?" + new URLSearchParams(filled) : "");
}

export const link = (text, ...path) => el("a", { href: address(path) }, text);

export const query = (text, page, parameters) => el("a", { href: address([page], parameters) }, text);

export const release = id => id ? link(id, "releases", id) : "";

export const service = name => link(name, "services", name);

/** A change by what people call it; where that is not known by a short form of its id, which may be a long one. */
export const change = (id, called) =>
  el("a", { href: address(["changes", id]), title: id }, called || (id.length > 12 ? id.slice(0, 8) : id));

/** The images of a change, as in cart 1.2; the first few. */
export const versions = images => images.slice(0, 3).map(d => `${d.service} ${(d.to ?? d.from)?.name ?? ""}`.trim()).join(", ")
  + (images.length > 3 ? " " + t("more", images.length - 3) : "");

export const notice = (text, ...more) =>
  el("div", { class: "jenkins-notice rt-notice" }, el("div", {}, text), more);

export const alert = (tone, ...content) => el("div", { class: `jenkins-alert jenkins-alert-${tone} rt-alert` }, content);

export const section = (title, ...content) => el("section", { class: "rt-section" }, el("h2", {}, title), content);

/** Of so many characters a cell of a line may be cut; the whole is told besides. */
const CUT = 24;

/** On narrow screens each cell of a row is told below the other, after its column's name. */
function cell(content, column, cut) {
  const made = el("td", { role: "cell", "data-column": typeof column === "string" && column ? column : null }, content);
  if (cut && made.textContent.length > CUT) {
    made.title = made.textContent;
  }
  return made;
}

/**
 * @param columns texts; an empty one is a column of buttons
 * @param kind a class: rt-lines has as many lines on a screen as can be read, and its caption is not seen
 */
export function table(caption, columns, rows, kind = "") {
  return [kind ? null : el("p", { class: "rt-caption", "aria-hidden": "true" }, caption),
    el("div", { class: "rt-table", role: "region", "aria-label": caption, tabindex: "0" }, el("table", { class: `jenkins-table ${kind}`, role: "table" },
      el("caption", { class: "jenkins-visually-hidden" }, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        columns.map(c => el("th", { scope: "col", role: "columnheader" }, c || el("span", { class: "jenkins-visually-hidden" }, t("actions")))))),
      el("tbody", { role: "rowgroup" }, rows.map(cells => el("tr", { role: "row" }, cells.map((c, i) => cell(c, columns[i], kind && i < 2)))))))];
}

export function facts(pairs, kind = "") {
  const known = pairs.filter(p => p[1] !== "" && p[1] !== null && p[1] !== undefined);
  return known.length === 0 ? null
    : el("dl", { class: "rt-facts " + kind }, known.map(p => el("div", {}, el("dt", {}, p[0]), el("dd", {}, p[1]))));
}

/** The engine's own sentences, once they are read: they weigh as much as all other texts, and the first page seldom has one. */
let known = context.language === "en" ? [] : null, missed = false;

const form = s => ({ ...s, form: new RegExp("^" + s.is.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\d\}/g, "(.+?)") + "$", "s") });

/** @return whether there are words for what was said in the engine's own before */
export async function understand(needed = missed) {
  if (known || !needed) {
    return false;
  }
  known = await sentences().then(all => all.map(form), () => null);
  return known !== null;
}

export const dates = new Intl.DateTimeFormat(context.language, { dateStyle: "medium", timeStyle: "short" });

/** On the clock of the zone that is named beside it. */
const wall = new Intl.DateTimeFormat(context.language, { weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** Moments as the engine and its proofs write them: by the reader's clock, and those of a timetable by its own. */
const moments = text => text?.replace(/\b(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))(?:\[[\w/+-]+])?/g,
  (_, iso) => dates.format(new Date(iso)))
  .replace(/\b[A-Z][a-z]{2} (\d{4}-\d\d-\d\d) (\d\d:\d\d)\b/g, (_, day, at) => wall.format(new Date(`${day}T${at}Z`)))
  .replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (_, day, at) => dates.format(new Date(`${day}T${at}Z`)));

function translated(text) {
  missed ||= Boolean(text);
  for (const sentence of known ?? []) {
    const found = sentence.form.exec(text ?? "");
    if (found) {
      return sentence.said.replace(/\{(\d)\}/g, (_, i) => translated(found[Number(i) + 1]));
    }
  }
  return text;
}

/** A text of the engine in the reader's language, as far as it is known there; its parts may be such texts, too. */
export const inWords = text => moments(translated(text));

/** Without the runs that prove it, which have tables of their own. */
export const brief = text => (text ?? "").replace(/; in [^;]+: failed with it in .*(?:; chance of innocence [\d.]+ %|…)$/s, "");

/** A text of the engine, with the names of changes instead of their ids. */
export const named = (text, riders) => riders.reduce((said, r) => said.replaceAll(r.id, r.services.join(", ")), inWords(text));

export const tone = state => "rt-" + (context.states[state]?.tone ?? "soft");

/** The sign of a state. */
export const icon = state => context.states[state]?.icon ?? "";

/** Colour never tells it alone: the word is there too. */
export const badge = (value, text = word(value)) => el("span", { class: "jenkins-badge rt-badge " + tone(value) }, text);

const relative = new Intl.RelativeTimeFormat(context.language, { numeric: "auto" });

export const time = iso => el("time", { datetime: iso, title: iso }, dates.format(new Date(iso)));

/** How long ago, or in how long; kept right by {@link tick}. */
export const ago = iso => el("time", { datetime: iso, title: dates.format(new Date(iso)), "data-ago": "" }, distance(iso));

/** When something is expected; what should have been by now comes any moment. */
export const due = iso => new Date(iso) <= now() ? t("overdue") : ago(iso);

const clock = new Intl.DateTimeFormat(context.language, { timeStyle: "short" });
const moment = iso => (new Date(iso).toDateString() === new Date(now()).toDateString() ? clock : dates).format(new Date(iso));

/** When something is expected, from and to; what should have been by now takes longer than usual. */
export const between = range => new Date(range.to) <= now() ? t("longer")
  : el("time", { datetime: range.to, title: t("between.how") }, `${moment(range.from)}–${moment(range.to)}`);

function distance(iso) {
  const seconds = (new Date(iso) - now()) / 1000;
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(u => Math.abs(seconds) >= u[0]) ?? [1, "second"];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Makes what tells a distance in time tell today's. */
export function tick(within) {
  within.querySelectorAll("time[data-ago]").forEach(node => {
    const text = distance(node.dateTime);
    if (node.textContent !== text) {
      node.textContent = text;
    }
  });
}

export const image = i =>
  i === null ? el("span", { class: "rt-soft" }, "–")
    : el("a", { class: "rt-image", href: address(["digests", i.digest]), title: `${i.repository}@${i.digest}` }, i.name);

/** A build's page, below the host's root; plain text where there is none to link to. */
export function build(item) {
  if (!item.url || !root) {
    return item.build;
  }
  const url = new URL(item.url, new URL(root, location.href));
  return /^https?:$/.test(url.protocol) ? el("a", { href: url.href }, item.build) : item.build;
}

/** Whose body ran the tests, and its log; null where nobody's did. */
export const judge = by => by === null ? null
  : [build(by), by.log && root ? [" (", build({ build: t("log"), url: by.log }), ")"] : null];

/** @param key by which the focus is found again after the page was drawn anew */
export const button = (text, onclick, { kind = "", key = "" } = {}) =>
  el("button", { type: "button", class: "jenkins-button " + kind, "data-key": key, onclick }, text);

/** Puts a text where it can be pasted from. */
export const copy = text => button(t("copy"), e => navigator.clipboard?.writeText(text).then(() => { e.target.textContent = t("copied"); }));

const number = (value, digits) => value.toLocaleString(context.language, { maximumFractionDigits: digits });

export function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return "–";
  }
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"]];
  const unit = units.find(u => seconds >= 2 * u[0]) ?? [1, "second"];
  return new Intl.NumberFormat(context.language, { style: "unit", unit: unit[1], unitDisplay: "short", maximumFractionDigits: 1 })
    .format(seconds / unit[0]);
}

export const percent = (share, digits = 1) => share === null ? "–" : `${number(100 * share, digits)} %`;

export const decimal = value => value === null ? "–" : number(value, 1);

export function bytes(n) {
  const unit = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]].find(u => n >= u[0]) ?? [1, "B"];
  return `${number(n / unit[0], 1)} ${unit[1]}`;
}
