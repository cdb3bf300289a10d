/** Elements made of data. A text is only ever set as text, so that nothing in it is interpreted. */

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

/** A link to one of our own pages. */
export const link = (text, ...path) =>
  el("a", { href: "#/" + path.map(encodeURIComponent).join("/") }, text);

export const query = (text, page, parameters) =>
  el("a", { href: `#/${page}?${new URLSearchParams(parameters)}` }, text);

export const notice = text => el("p", { class: "rt-notice" }, text);

export function table(caption, columns, rows) {
  return el("div", { class: "rt-table", role: "region", "aria-label": caption, tabindex: "0" },
    el("table", {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, columns.map(c => el("th", { scope: "col" }, c)))),
      el("tbody", {}, rows.map(cells => el("tr", {}, cells.map(c => el("td", {}, c)))))));
}

export const facts = (pairs, kind = "") =>
  el("dl", { class: "rt-facts " + kind },
    pairs.filter(p => p[1] !== "" && p[1] !== null).map(p => el("div", {}, el("dt", {}, p[0]), el("dd", {}, p[1]))));

const TONES = {
  PROMOTED: "good", RELEASED: "good", PASSED: "good", PROVEN: "good", EJECTED: "bad", FAILED: "bad",
  NOT_INSTALLABLE: "bad", REFUSED: "bad", PAUSED: "warn", VOID: "warn", UNDECIDED: "warn",
  TESTING: "busy", RUNNING: "busy", SEARCHING: "busy",
};

export const tone = state => "rt-" + (TONES[state] ?? "soft");

export const state = value =>
  el("span", { class: "rt-state " + tone(value) }, value.toLowerCase().replaceAll("_", " "));

export const time = iso =>
  el("time", { datetime: iso, title: iso }, new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" }));

export const image = i =>
  i === null ? el("span", { class: "rt-soft" }, "–")
    : el("span", { title: `${i.repository}@${i.digest}` }, i.tag || "no tag", " ",
      el("a", { href: "#/digest/" + encodeURIComponent(i.digest) }, el("code", {}, i.digest.slice(7, 19))));

/** A build's page, below the host's root; plain text where there is none to link to. */
export function build(item, root) {
  if (!item.url || !root) {
    return item.build;
  }
  const url = new URL(item.url, new URL(root, location.href));
  return /^https?:$/.test(url.protocol) ? el("a", { href: url.href }, item.build) : item.build;
}

export function duration(seconds) {
  if (seconds === null) {
    return "–";
  }
  const units = [[86400, "d"], [3600, "h"], [60, "min"]];
  const unit = units.find(u => seconds >= 2 * u[0]);
  return unit ? `${(seconds / unit[0]).toFixed(1)} ${unit[1]}` : `${seconds.toFixed(1)} s`;
}
