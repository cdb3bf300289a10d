import { el, link, query, notice, table, facts, state, time, image, build, duration } from "./dom.js";
import { trialTree, bars } from "./pictures.js";

const page = document.getElementById("rt-page");
const status = document.getElementById("rt-status");
const root = page.dataset.root ?? "";
const STATES = ["PROMOTED", "MADE", "REFUSED", "EJECTED", "NOT_INSTALLABLE", "SUPERSEDED", "CANCELLED", "PROVEN",
  "UNDECIDED"];

async function get(path, parameters = {}) {
  const filled = Object.entries(parameters).filter(p => p[1]);
  const answer = await fetch(`${page.dataset.api}${path}?${new URLSearchParams(filled)}`, { cache: "no-cache" });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.error);
  }
  return body;
}

const one = (kind, id) => get(`${kind}/${encodeURIComponent(id)}`);
const itemLink = i => link(i.id, i.kind === "RELEASE" ? "release" : "change", i.id);
const services = i => [i.services.map((s, n) => [n ? ", " : "", link(s, "service", s)]), i.more ? ` and ${i.more} more` : ""];

function itemTable(caption, items) {
  return items.length === 0 ? notice("Nothing here.")
    : table(caption, ["When", "What", "State", "Train or lane", "Services", "Build", "Person", "Why"],
      items.map(i => [time(i.at), itemLink(i), state(i.state), i.owner, services(i), build(i, root), i.user, i.reason]));
}

function field(name, label, value, options) {
  const input = options
    ? el("select", { name }, ["", ...options].map(o =>
      el("option", { value: o, selected: o === value }, o ? o.toLowerCase().replaceAll("_", " ") : "any")))
    : el("input", { name, value, type: "text" });
  return el("label", {}, label, input);
}

const day = (name, label, value) => el("label", {}, label, el("input", { name, value: value?.slice(0, 10), type: "date" }));

function form(target, fields, action) {
  return el("form", { onsubmit: event => {
    event.preventDefault();
    const filled = [...new FormData(event.target)].filter(p => p[1]);
    location.hash = `#/${target}?${new URLSearchParams(filled)}`;
  } }, fields, el("button", {}, action));
}

function waiting(caption, list) {
  return table(caption, ["Position", "Change", "Services", "Build", "Person", "Since"],
    list.map(w => [w.position || "in the batch", link(w.id, "change", w.id), w.services.join(", "), build(w, root),
      w.user, time(w.since)]));
}

function train(t) {
  return el("section", { class: "rt-card", "aria-label": t.name },
    el("h2", {}, t.kind === "LANE" ? "Lanes " : "Train ", t.name, " ", state(t.state)),
    t.paused ? el("p", { class: "rt-warn" }, "Paused: ", t.paused) : null,
    t.lastRelease ? el("p", {}, "Newest release: ", link(t.lastRelease, "release", t.lastRelease)) : null,
    t.trial ? el("p", {}, `Testing ${t.trial.changes.length} changes in ${t.trial.environment} (${t.trial.purpose}) by `,
      t.trial.conductor, " since ", time(t.trial.since)) : null,
    t.batch.length ? waiting("Being tried", t.batch) : null,
    t.queue.length ? waiting(`Waiting: ${t.waiting}`, t.queue) : el("p", { class: "rt-soft" }, "Nothing waits."));
}

const PAGES = {
  async now() {
    const now = await get("now");
    return ["Trains now", now.trains.length ? now.trains.map(train) : notice("No train has run yet.")];
  },

  async history(_, p) {
    const [history, now] = await Promise.all([get("history", p), get("now")]);
    return ["History",
      form("history", [field("owner", "Train or lane", p.owner, now.owners), field("service", "Service", p.service),
        field("state", "State", p.state, STATES), field("person", "Person", p.person), field("text", "Words", p.text),
        day("from", "From", p.from), day("to", "Before", p.to)], "Filter"),
      itemTable("Newest first", history.items),
      history.next ? el("p", {}, query("Older", "history", { ...p, before: history.next })) : null];
  },

  async release(id) {
    const r = await one("releases", id);
    return [`Release ${r.id}`,
      facts([["State", state(r.state)], ["Train or lane", r.owner], ["Made", time(r.madeAt)],
        ["In production since", r.promotedAt ? time(r.promotedAt) : ""], ["Set", el("code", {}, r.set.slice(7, 19))],
        ["Follows", r.parent ? link(r.parent, "release", r.parent) : ""],
        ["Rollback to", r.rollbackOf ? link(r.rollbackOf, "release", r.rollbackOf) : ""],
        ["Compare", r.parent ? query("with its parent", "compare", { from: r.parent, to: r.id }) : ""]]),
      el("h2", {}, "What changed"), differences(r.changed, r.total),
      el("h2", {}, "For whom"), itemTable("Changes", r.changes),
      trials(r.trials)];
  },

  async change(id) {
    const c = await one("changes", id);
    return [`Change ${c.item.id}`,
      facts([["State", state(c.item.state)], ["Why", c.item.reason], ["Train or lane", c.item.owner],
        ["Build", build(c.item, root)], ["Person", c.item.user]]),
      el("h2", {}, "Images"), differences(c.images, c.images.length),
      trials(c.trials)];
  },

  async compare(_, p) {
    const fields = form("compare", [field("from", "From release", p.from), field("to", "To release", p.to)], "Compare");
    if (!p.from || !p.to) {
      return ["Compare", fields, notice("Name two releases, for example shop-1 and shop-2.")];
    }
    const c = await get("compare", p);
    return ["Compare", fields, el("p", {}, `${c.total} services differ, ${c.same} are the same.`),
      differences(c.differences, c.total)];
  },

  async matrix(_, p) {
    const m = await get("matrix", p);
    const columns = ["Service", "Production", "By release",
      ...m.environments.map(e => e.candidate ? `${e.name} (with a candidate)` : e.name)];
    return ["What is where",
      m.rows.length === 0 ? notice("Nothing was promoted yet.")
        : table("Services by environment; ≠ marks what differs from production", columns, m.rows.map(r => [
          link(r.service, "service", r.service), image(r.production),
          r.release ? link(r.release, "release", r.release) : "",
          ...r.images.map(i => [
            i && r.production && i.digest !== r.production.digest ? el("b", { class: "rt-warn" }, "≠ ") : null, image(i)]),
        ])),
      m.next ? el("p", {}, query("More services", "matrix", { after: m.next })) : null];
  },

  async service(name, p) {
    const s = await get(`services/${encodeURIComponent(name)}`, p);
    return [`Service ${s.service}`,
      facts([["Production", image(s.production)], ["By release", s.release ? link(s.release, "release", s.release) : ""]]),
      itemTable("Newest first", s.history.items),
      s.history.next ? el("p", {}, el("a",
        { href: `#/service/${encodeURIComponent(name)}?before=${s.history.next}` }, "Older")) : null];
  },

  async digest(digest) {
    const d = await one("digests", digest);
    return ["Where is this image?", el("p", {}, el("code", {}, d.digest)),
      facts([["Production", d.production.length ? d.production.map(r => r.service).join(", ") : "not there"],
        ["Environments", d.environments.map(e => `${e.environment} (${e.service})`).join(", ") || "in none"]]),
      itemTable("Releases and changes that brought it", d.releases)];
  },

  async trends(_, p) {
    const { owners } = await get("now");
    const owner = p.owner ?? owners[0];
    if (!owner) {
      return ["Trends", notice("No train has run yet.")];
    }
    const t = await get("trends", { ...p, owner });
    const percent = x => x === null ? "–" : `${(100 * x).toFixed(1)} %`;
    const k = t.keys;
    return ["Trends",
      form("trends", [field("owner", "Train or lane", owner, owners), day("from", "From", t.from),
        day("to", "To", t.to)], "Show"),
      facts([["Deployments a day", k.deploymentsPerDay.toFixed(2)], ["Lead time p50", duration(k.leadTimeP50)],
        ["Lead time p95", duration(k.leadTimeP95)], ["Change failure rate", percent(k.changeFailureRate)],
        ["Time to restore p50", duration(k.timeToRestoreP50)],
        ["Batch size, mean", k.batchSizeMean === null ? "–" : k.batchSizeMean.toFixed(1)],
        ["Trials that fail", percent(k.trialFailureRate)], ["Changes ejected", k.ejected]], "rt-keys"),
      t.days.length === 0 ? notice("Nothing came to production in these days.")
        : [bars(t.days), table("By day", ["Day", "Deployments", "Rollbacks", "Lead time p50"],
          t.days.map(d => [d.day, d.deployments, d.rollbacks, duration(d.leadTimeP50)]))]];
  },
};

function differences(list, total) {
  return list.length === 0 ? notice("Nothing differs.")
    : table(list.length < total ? `The first ${list.length} of ${total}` : `${total} services`,
      ["Service", "What", "From", "To"],
      list.map(d => [link(d.service, "service", d.service), d.change.toLowerCase(), image(d.from), image(d.to)]));
}

function trials(list) {
  return [el("h2", {}, "Trials"), list.length === 0 ? notice("No trial is known.")
    : [trialTree(list), table("Trials, oldest first", ["When", "Purpose", "Verdict", "Changes", "Took", "Environment", "Why"],
      list.map(t => [time(t.at), t.purpose, state(t.verdict), t.changes.join(", ") || "baseline alone",
        duration(t.seconds), t.environment, t.reason]))]];
}

let shown = "";

/** Draws the page that the address names. A page that is drawn already keeps the focus and its place. */
async function show(again) {
  const here = location.hash;
  const [path, search] = (here.slice(2) || "now").split("?");
  const [name, ...rest] = path.split("/");
  let parts;
  try {
    parts = Object.hasOwn(PAGES, name)
      ? await PAGES[name](decodeURIComponent(rest.join("/")), Object.fromEntries(new URLSearchParams(search)))
      : ["Not found", notice("There is no such page.")];
  } catch (error) {
    parts = ["That did not work", el("p", { class: "rt-notice rt-bad", role: "alert" }, error.message)];
  }
  if (here !== location.hash) {
    return;
  }
  const fresh = el("div", {}, el("h1", {}, parts[0]), parts.slice(1));
  if (again && fresh.isEqualNode(page.firstElementChild)) {
    return;
  }
  page.replaceChildren(fresh);
  document.title = `${parts[0]} – Release Train`;
  document.querySelectorAll("nav a").forEach(a => {
    if (a.hash === `#/${name}`) {
      a.setAttribute("aria-current", "page");
    } else {
      a.removeAttribute("aria-current");
    }
  });
  status.textContent = again ? "Updated" : "";
  if (!again && shown !== "") {
    page.focus();
  }
  shown = here;
  page.dataset.shown = here;
}

window.addEventListener("hashchange", event => {
  if (new URL(event.newURL).hash === "#rt-page") {
    history.replaceState(null, "", event.oldURL);
    page.focus();
  } else {
    show(false);
  }
});
setInterval(() => {
  if (!document.hidden && /^(#\/now)?$/.test(location.hash)) {
    show(true);
  }
}, 3000);
show(false);
