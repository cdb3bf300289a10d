/** How trains go: the four keys of DORA, the line in time, and what the advisor says of it. */

import { get } from "./host.js";
import { el, t, notice, alert, table, facts, duration, percent, decimal } from "./dom.js";
import { form, field, day } from "./forms.js";
import { chart } from "./charts.js";

const MINUTE = 60;

const minutes = seconds => seconds === null || seconds === undefined ? null : Math.round(seconds / MINUTE * 10) / 10;

const keys = k => [
  facts([[t("deployments.day"), decimal(k.deploymentsPerDay)], [t("lead.p50"), duration(k.leadTimeP50)],
    [t("failure.rate"), percent(k.changeFailureRate)], [t("restore.p50"), duration(k.timeToRestoreP50)]], "rt-keys"),
  facts([[t("lead.p95"), duration(k.leadTimeP95)], [t("batch.size"), decimal(k.batchSizeMean)], [t("trials.fail"), percent(k.trialFailureRate)],
    [t("queue.p50"), duration(k.queueP50)], [t("install.p50"), duration(k.installP50)], [t("test.p50"), duration(k.testP50)],
    [t("promote.p50"), duration(k.promoteP50)], [t("ejected"), k.ejected]])];

function charts(days) {
  const names = days.map(d => d.day);
  return el("div", { class: "rt-charts" },
    chart(t("chart.frequency"), names, [
      { name: t("deployments"), kind: "bar", stack: "n", tone: "good", values: days.map(d => d.deployments) },
      { name: t("rollbacks"), kind: "bar", stack: "n", tone: "bad", values: days.map(d => d.rollbacks) }]),
    chart(t("chart.lead"), names, [
      { name: "p50", kind: "line", tone: "busy", values: days.map(d => minutes(d.leadTimeP50)) },
      { name: "p95", kind: "line", tone: "warn", values: days.map(d => minutes(d.leadTimeP95)) }], t("minutes")),
    chart(t("chart.where"), names, ["queue", "install", "test", "promote"].map((part, i) => (
      { name: t("chart." + part), kind: "line", tone: ["soft", "busy", "warn", "good"][i],
        values: days.map(d => minutes(d[part + "P50"])) })), t("minutes")),
    chart(t("chart.batch"), names, [
      { name: t("batch.size"), kind: "line", tone: "busy", values: days.map(d => d.batchSizeMean ?? null) }]));
}

/** Mono or micro; lanes have no such question. */
const advice = owner => owner.includes("/") ? null : get("advisor", { train: owner });

const said = a => a === null ? null
  : alert("info", el("strong", {}, t("advisor")), " ", a.state === "COMPUTING" ? t("advisor.computing") : a.text);

const ways = a => !a?.ways.length ? null
  : el("details", { class: "rt-details" }, el("summary", {}, t("advisor.ways")),
    table(t("advisor.caption"), [t("way"), t("capacity"), t("lead.p50"), t("lead.p95"), t("trials.change")],
      a.ways.map(w => [w.title === a.best ? el("strong", {}, w.title) : w.title, decimal(w.capacity),
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
    said(advised), ways(advised), keys(all.keys),
    all.days.length === 0 ? notice(t("trends.none"))
      : [charts(all.days), table(t("by.day"), [t("day"), t("deployments"), t("rollbacks"), t("lead.p50"), t("failure.rate")],
        all.days.map(d => [d.day, d.deployments, d.rollbacks, duration(d.leadTimeP50),
          percent(d.deployments ? d.rollbacks / d.deployments : null)]))]] };
}
