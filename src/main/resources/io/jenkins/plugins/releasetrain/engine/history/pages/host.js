/** Where the pages are, and whatever is asked of the server. */

const data = document.getElementById("rt-app").dataset;

/** Path of the pages, ends with a slash. */
export const base = data.base;

/** Path of the host's root, which builds' addresses are relative to; undefined where builds have no pages. */
export const root = data.root;

/** Address of the chart library; it defines window.echarts. */
export const charts = data.charts;

/** Texts, language, user, and what the user may do. */
export const context = await (await fetch(base + "context", { cache: "no-cache" })).json();

/** What is said for the engine's own sentences in the reader's language. */
export const sentences = () => ask("sentences");

export const may = right => context.may.includes(right);

const kept = new Map();

/** What is asked for again and again. */
const LIVE = /^api\/(overview|trains\/|lanes\/)/;

/** Seconds after which the server wants what goes on to be asked for again: the more pages are open, the later. */
export const pace = { again: 3, asked: 0 };

/** Milliseconds: what is less may be the way of an answer. */
const NEAR = 5000;

let ahead = 0;

/** By the server's clock, which all times of answers are of; the reader's own is believed where it is about right. */
export const now = () => Date.now() + ahead;

function compare(clock) {
  const difference = Number(clock) - Date.now();
  ahead = clock && Math.abs(difference) > NEAR ? difference : 0;
}

/**
 * A JSON answer. The server is asked with the last ETag, so that an unchanged answer is not sent again.
 * The answer is the very same object then.
 */
async function ask(path) {
  const known = kept.get(path);
  const answer = await fetch(base + path,
    { cache: "no-store", headers: { ...(known ? { "If-None-Match": known.etag } : {}),
      ...(LIVE.test(path) ? { "Release-Train-Waited": waited() } : {}) } });
  if (path.startsWith("api/")) {
    compare(answer.headers.get("Release-Train-Now"));
  }
  if (LIVE.test(path)) {
    pace.again = Number(answer.headers.get("Release-Train-Again") ?? pace.again);
  }
  if (answer.status === 304) {
    return known.body;
  }
  const body = await json(answer);
  const etag = answer.headers.get("ETag");
  if (etag) {
    kept.set(path, { etag, body });
  }
  return body;
}

async function json(answer) {
  const body = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }));
  if (!answer.ok) {
    throw new Error(body.error);
  }
  return body;
}

/** Seconds since what goes on was asked for; 0 for the first time. */
function waited() {
  const before = pace.asked;
  pace.asked = Date.now();
  return before ? Math.round((pace.asked - before) / 100) / 10 : 0;
}

const query = parameters => new URLSearchParams(Object.entries(parameters).filter(p => p[1]));

export const get = (path, parameters = {}) => ask(`api/${path}?${query(parameters)}`);

export const one = (kind, id, parameters = {}) => get(`${kind}/${encodeURIComponent(id)}`, parameters);

export const blocked = () => ask("blocked");

export const plan = parameters => ask(`plan?${query(parameters)}`);

/** Does an operation; the server's token against forged requests goes with it where it has one. */
export async function perform(parameters) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const { crumbHeader, crumbValue } = document.head.dataset;
  if (crumbHeader) {
    headers[crumbHeader] = crumbValue;
  }
  return json(await fetch(base + "perform", { method: "POST", headers, body: query(parameters) }));
}
