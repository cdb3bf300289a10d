/** How trains go, with how sure that is, and what the advisor says of it. */

import { get, context } from "./host.js";
import { el, svg, t, count, notice, alert, table, facts, section, build, duration, percent, decimal, inWords, dates } from "./dom.js";
import { form, field, day } from "./forms.js";
import { chart } from "./charts.js";

const MINUTE = 60;

const minutes = seconds => seconds === null || seconds === undefined ? null : Math.round(seconds / MINUTE * 10) / 10;

/** A share of fewer is told by its two numbers alone. */
const FEW = 10;

const between = (low, high, shown) => el("small", {}, ` ${shown(low)}–${shown(high)}`);

/** The middle one of all, with where it lies with nine in ten; nothing of so few. */
const spread = s => s.median === null ? (s.n ? t("too.few", s.n) : "–")
  : el("span", { title: t("interval.how", s.n) }, duration(s.median), between(s.low, s.high, duration));

const share = s => s.whole === 0 ? "–" : el("span", { title: t("interval.how", s.whole) }, t("of", s.part, s.whole),
  s.whole < FEW ? null : between(s.low, s.high, percent));

const PARTS = ["waited", "others", "tried", "gate", "promoting"], TONES = ["soft", "warn", "busy", "ink", "good"];

const first = k => [
  facts([[t("lead"), spread(k.lead)], [t("failed.releases"), share(k.failed)], [t("recovery"), spread(k.recovery)],
    [t("released.changes"), k.lead.n]], "rt-keys"),
  k.trend ? el("p", {}, t("trend." + k.trend)) : null];

const rest = (k, d) => facts([[t("lead.p90"), k.lead.p90 === null ? (k.lead.n ? t("too.few", k.lead.n) : "") : duration(k.lead.p90)],
  [t("exposure"), spread(k.exposure)], [t("trials.fail"), share(k.trials)], [t("trials.void"), k.noVerdict], [t("ejected"), d.ejected],
  [t("deployments"), d.deployments], [t("rollbacks"), d.rollbacks]]);

const parts = p => p && section(t("chart.where"), table(count("parts.caption", p.n), [t("part"), t("mean"), t("share")],
  PARTS.map(name => [t("part." + name), duration(p[name]), percent(p[name] / (PARTS.reduce((sum, n) => sum + p[n], 0) || 1))])));

/** What trials came to, and why some came to nothing. */
const verdicts = k => k.trials.whole + k.noVerdict === 0 ? null : section(t("verdicts"), table(t("verdicts.caption"), [t("verdict"), t("trials")], [
  [t("verdict.passed"), k.trials.whole - k.trials.part], [t("verdict.failed"), k.trials.part],
  ...k.voids.map(v => [t("void." + v.cause), v.trials])]));

/** Those that failed with a set that passed, too. */
const flaky = u => !u?.tests.length ? null : section(t("flaky"), table(t("flaky.caption", u.trials), [t("flaky.test"), t("flaky.failed")],
  u.tests.map(f => [build({ build: f.test || t("flaky.hidden"), url: f.url }), t("of", f.failed, u.trials)])));

const sizes = list => list.length === 0 ? null : section(t("chart.batch"), table(t("sizes.caption"), [t("sizes.changes"), t("sizes.batches")],
  list.map(s => [s.changes, s.batches])));

const WIDTH = 720, HEIGHT = 160, EDGE = 12;

/** Each change by when it came to production and how long that took; the table of weeks has the figures. */
function dots(list) {
  if (list.length === 0) {
    return null;
  }
  const times = list.map(d => Date.parse(d.at)), latest = Math.max(...times), earliest = Math.min(...times), most = Math.max(...list.map(d => d.lead), 1);
  const x = at => EDGE + (Date.parse(at) - earliest) / (latest - earliest || 1) * (WIDTH - 2 * EDGE);
  return el("figure", { class: "rt-figure" }, el("figcaption", {}, t("dots", duration(most))),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("dots.label", list.length), class: "rt-tree" },
      svg("line", { class: "rt-line", x1: EDGE, x2: WIDTH - EDGE, y1: HEIGHT - EDGE, y2: HEIGHT - EDGE }),
      list.map(d => svg("circle", { class: "rt-dot rt-busy", cx: x(d.at), cy: HEIGHT - EDGE - d.lead / most * (HEIGHT - 2 * EDGE), r: 4 },
        svg("title", {}, `${d.change} ${duration(d.lead)}, ${dates.format(new Date(d.at))}`)))),
    el("div", { class: "rt-ends rt-soft" }, [...new Set([earliest, latest])].map(at => el("span", {}, dates.format(new Date(at))))));
}

/** Days are names: those of the site, whatever the reader's zone. */
const days = new Intl.DateTimeFormat(context.language, { dateStyle: "medium", timeZone: "UTC" });
const brief = new Intl.DateTimeFormat(context.language, { day: "numeric", month: "short", timeZone: "UTC" });

/** Where nothing came, there is a gap, and no line is drawn over it. One week alone is told better by its figures. */
function charts(weeks) {
  const names = weeks.map(w => brief.format(new Date(w.from))), of = n => weeks.map(w => n(w) ?? 0), unsure = weeks.map(w => w.mayChange || !w.whole), cut = weeks.map(w => !w.whole);
  return [unsure.includes(true) ? el("p", { class: "rt-soft" }, t("hatched")) : null, el("div", { class: "rt-charts" },
    chart(t("chart.frequency"), names, [
      { name: t("good.releases"), kind: "bar", stack: "n", tone: "good", values: weeks.map(w => w.releases - w.failed) },
      { name: t("failed.releases"), kind: "bar", stack: "n", tone: "bad", values: weeks.map(w => w.failed) }], { n: of(w => w.releases), unsure }),
    chart(t("chart.lead"), names, [{ name: t("lead"), kind: "line", tone: "busy", values: weeks.map(w => minutes(w.lead.median)) }],
      { n: of(w => w.lead.n), unit: t("minutes") }),
    chart(t("chart.where"), names, PARTS.map((part, i) => ({ name: t("part." + part), kind: "bar", stack: "n", tone: TONES[i],
      values: weeks.map(w => w.parts ? minutes(w.parts[part]) : null) })), { n: of(w => w.parts?.n), unit: t("minutes"), unsure: cut }))];
}

const note = text => text && el("small", { class: "rt-soft" }, " " + text);

const byWeek = (weeks, zone) => section(t("by.week"), table(t("by.week.caption", zone), [t("week"), t("deployments"), t("failed.releases"), t("released.changes"), t("lead")],
  weeks.map(w => [[days.format(new Date(w.from)), note([w.whole ? "" : t("not.whole"), w.mayChange ? t("may.change") : ""].filter(n => n).join(", "))], w.releases, w.failed, w.lead.n, spread(w.lead)])));

/** Mono or micro; lanes have no such question. */
const advice = owner => owner.includes("/") ? null : get("advisor", { train: owner });

const said = a => a === null ? null
  : alert("info", el("strong", {}, t("advisor")), " ", a.state === "COMPUTING" ? t("advisor.computing") : inWords(a.text));

const ways = a => !a?.ways.length ? null
  : el("details", { class: "rt-details" }, el("summary", {}, t("advisor.ways")),
    table(t("advisor.caption"), [t("way"), t("capacity"), t("lead.p50"), t("lead.p95"), t("trials.change")],
      a.ways.map(w => [w.title === a.best ? el("strong", {}, inWords(w.title)) : inWords(w.title), decimal(w.capacity),
        w.steady ? duration(MINUTE * w.p50Minutes) : t("overrun"), w.steady ? duration(MINUTE * w.p95Minutes) : t("overrun"),
        decimal(w.trialsPerChange)])));

export async function trends(_, p) {
  const { owners } = await get("overview");
  const owner = p.owner ?? owners[0];
  if (!owner) {
    return { title: t("trends"), content: [notice(t("now.none"))] };
  }
  const [all, advised] = await Promise.all([get("trends", { ...p, owner }), advice(owner)]);
  return { title: t("trends"), live: advised?.state === "COMPUTING", content: [
    form("trends", t("filter"), [field("owner", t("owner"), owner, owners), day("from", t("from.day"), all.from),
      day("to", t("to.day"), all.to)], t("show")),
    said(advised), ways(advised), first(all.told),
    all.days.length === 0 ? notice(t("trends.none"))
      : [rest(all.told, all.keys), verdicts(all.told), flaky(all.told.unsteady), parts(all.told.parts), dots(all.told.dots), all.told.weeks.filter(w => w.releases || w.lead.n).length > 1 ? charts(all.told.weeks) : null,
        sizes(all.told.sizes), byWeek(all.told.weeks, all.zone)]] };
}
