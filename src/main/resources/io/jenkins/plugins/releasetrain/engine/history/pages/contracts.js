/** What images promise, compared with what production ran: breaking first. */

import { get, one } from "./host.js";
import { el, t, count, word, service, section, table, time, badge, notice, address, inWords } from "./dom.js";

const ORDER = ["ERROR", "WARN", "INFO"];

/** Of the images that an item brings or that two releases differ in; nothing where nothing is known. */
export async function contractsOf(which) {
  const { services: known, looked, total } = await get("contracts", which);
  const rows = known.flatMap(k => newest(k.entries).flatMap(e => e.findings.map(f => ({ service: k.service, ...f }))));
  known.forEach(k => k.entries.filter(e => e.what === "NEEDED").forEach(e =>
    rows.push(...e.findings.map(f => ({ service: k.service, ...f, message: `${e.files[0]}: ${f.message}` })))));
  const checked = known.filter(k => k.entries.some(e => e.what === "CHECKED")).length;
  const waived = known.flatMap(k => k.entries.filter(e => e.what === "WAIVED").map(e => ({ service: k.service, ...e })));
  if (checked === 0 && waived.length === 0 && rows.length === 0) {
    return null;
  }
  rows.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return section(t("contracts"),
    waived.map(w => el("p", {}, service(w.service), ": ", t("contracts.waived", w.by, w.reason))),
    rows.length === 0 ? el("p", {}, count("contracts.kept", checked)) : findings(rows),
    total > looked ? el("p", { class: "rt-soft" }, t("first", looked, total)) : null);
}

/** A comparison by each tool; with what production ran last. */
function newest(entries) {
  const seen = new Set();
  return entries.filter(e => e.what === "CHECKED" && !seen.has(e.build) && seen.add(e.build));
}

const findings = rows => table(count("contracts.findings", rows.length),
  [t("service"), t("contracts.severity"), t("what"), t("contracts.place"), t("contracts.rule")],
  rows.map(f => [f.service ? service(f.service) : "", badge(f.severity), inWords(f.message),
    [f.file ? el("code", {}, f.line ? `${f.file}:${f.line}` : f.file) : "", f.location ? el("div", {}, el("code", {}, f.location)) : ""],
    el("code", {}, f.rule)]));

/** Of one service over time; nothing where nothing is known. */
export async function contractHistory(name) {
  const { entries, names } = await one("contracts", name);
  return entries.length === 0 ? null
    : section(t("contracts"), table(t("newest"), [t("when"), t("what"), t("image"), t("contracts.findings.title"), t("why")],
      entries.map(e => [time(e.at), word(e.what), called(e.image, names),
        [e.files.map((f, n) => [n ? ", " : "", file(f)]), e.what === "CHECKED" || e.what === "NEEDED" ? told(e) : null], e.by ? `${e.by}: ${e.reason}` : e.reason || e.build])));
}

/** Of a proof it is the verdict and the set that was tested. */
function file(name) {
  const [, verdict, set] = /^([A-Z]+) (sha256:[0-9a-f]{64})$/.exec(name) ?? [];
  return set ? [word(verdict), " ", el("code", { title: set }, set.slice(7, 19))] : name;
}

const told = e => e.findings.length === 0 ? t("contracts.none")
  : el("ul", {}, e.findings.slice(0, 5).map(f => el("li", {}, badge(f.severity), " ", inWords(f.message))));

/** Which images of a service passed tests with which of the services that it calls, or that call it. */
export async function verifiedMatrix(name) {
  const { pairs, names } = await one("verified", name);
  const calls = pairs.filter(p => p.consumer === name).map(p => ({ own: p.image, other: p.provider, image: p.with, run: p.run, at: p.at }));
  const callers = pairs.filter(p => p.provider === name).map(p => ({ own: p.with, other: p.consumer, image: p.image, run: p.run, at: p.at }));
  return pairs.length === 0 ? [notice(t("verified.none"))]
    : [matrix(t("verified.calls"), calls, names), matrix(t("verified.callers"), callers, names)];
}

const unique = list => [...new Set(list)];

/** One row for each image of the service, newest first; one column for each other service. */
function matrix(caption, cells, names) {
  const others = unique(cells.map(c => c.other)).sort();
  return cells.length === 0 ? null : section(caption, table(caption, [t("image"), ...others],
    unique(cells.map(c => c.own)).map(own => [called(own, names), ...others.map(other =>
      el("ul", {}, cells.filter(c => c.own === own && c.other === other)
        .map(c => el("li", {}, called(c.image, names), " ", time(c.at)))))])));
}

/** An image by its name, with its page. */
const called = (digest, names) => el("a", { href: address(["digests", digest]), title: digest }, names[digest] ?? digest.slice(7, 19));
