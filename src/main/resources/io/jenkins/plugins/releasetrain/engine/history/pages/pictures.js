/** Pictures that are drawn by hand; charts are drawn by a library, see charts.js. */

import { svg, t, count, tone, word, duration } from "./dom.js";

const ROW = 44, TOP = 92, LEFT = 24, TEXT = 450, INDENT = 14;

const GUILTY = ["EJECTED", "NOT_INSTALLABLE"];

/** Between words, where there are any: half of a build's name is none. */
const cut = (text, length) => [...text].length > length ? [...text].slice(0, length - 1).join("").replace(/(.)\s+\S*$/u, "$1") + "…" : text;

/**
 * How the culprit was searched for. A column per change in the order of departure, a row per trial in the order of time:
 * a square is what the trial's set held on top of the baseline. So halving is seen, and what proves a culprit guilty: the
 * set without it that passed, and the set with it that failed. Nobody else is red.
 *
 * @param riders the changes
 */
export function trialTree(trials, riders) {
  const columns = riders.map(r => r.id);
  const cell = Math.max(5, Math.min(34, Math.floor(620 / Math.max(1, columns.length))));
  const depth = Math.max(0, ...trials.map(n => n.depth));
  const x0 = LEFT + (depth + 1) * INDENT;
  const right = x0 + columns.length * cell + 18;
  const labels = cell >= 16;
  const top = labels ? TOP : 16;
  const width = right + TEXT, height = top + trials.length * ROW + 8;
  const y = i => top + i * ROW;
  const guilty = new Set(riders.filter(r => GUILTY.includes(r.state)).map(r => r.id));
  return svg("svg", { class: "rt-tree", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": t("tree.label", trials.length, columns.length) },
  columns.map((id, i) => guilty.has(id)
    ? svg("rect", { class: "rt-guilty", x: x0 + i * cell, y: top - 4, width: cell - 2, height: trials.length * ROW, rx: 4 }) : null),
  labels ? columns.map((id, i) => svg("text", { class: "rt-column" + (guilty.has(id) ? " rt-bad" : ""),
    transform: `translate(${x0 + i * cell + cell / 2 + 2} ${top - 10}) rotate(-40)` }, cut(riders[i].services.join(", "), 15))) : null,
  trials.map((n, i) => lines(trials, n, i, y)),
  trials.map((n, i) => row(n, y(i), { columns, cell, x0, right })));
}

function lines(trials, n, i, y) {
  const parent = trials.findIndex(p => p.id === n.parent);
  const at = LEFT + n.depth * INDENT - INDENT / 2;
  return parent < 0 ? null : svg("path", { class: "rt-line",
    d: `M ${at - INDENT / 2} ${y(parent) + 22} V ${y(i) + 14} H ${at + 4}` });
}

function row(n, y, { columns, cell, x0, right }) {
  const what = `${n.memo ? t("tree.memo") : word(n.verdict)}${n.memo ? ": " + word(n.verdict) : ""}`
    + (n.verdict === "RUNNING" || n.memo ? "" : ` · ${duration(n.seconds)}`);
  const role = n.role ? t("tree." + n.role) : n.proof ? t("tree.proof") : "";
  return svg("g", { class: tone(n.verdict) },
    svg("title", {}, `${n.purpose}: ${word(n.verdict)}. ${n.reason}`),
    svg("circle", { class: n.memo ? "rt-hollow" : "rt-dot", cx: LEFT + n.depth * INDENT, cy: y + 14, r: 6 }),
    columns.map((id, i) => square(n, n.cells[n.changes.indexOf(id)], { x: x0 + i * cell, y: y + 3, cell })),
    svg("text", { x: right, y: y + 12 }, cut(n.purpose || count("changes", n.changes.length), 64)),
    svg("text", { class: "rt-result", x: right, y: y + 29 }, cut(what + (role ? ` · ${role}` : ""), 64)));
}

const CELLS = { CLEARED: ["rt-good", "✓"], POSSIBLE: ["rt-warn", "?"], CULPRIT: ["rt-bad", "✕"], IN: ["rt-soft", ""] };

/** The verdict is the row's: a square says only what is known of its change, by a sign as well as by its colour. */
function square(n, known, { x, y, cell }) {
  const [colour, sign] = CELLS[known] ?? ["", ""];
  const hollow = n.memo || known === "IN" || known === "POSSIBLE" || n.verdict === "VOID";
  return svg("g", { class: known ? `rt-cell ${colour}` : null },
    svg("rect", { class: known ? hollow ? "rt-hollow" : "rt-held" : "rt-absent", "stroke-dasharray": n.verdict === "VOID" && known ? "3 2" : null,
      x, y, width: Math.max(3, cell - 2), height: 22, rx: Math.min(4, cell / 4) }),
    sign && cell >= 12 ? svg("text", { class: hollow ? "rt-sign" : "rt-sign rt-on", x: x + cell / 2 - 1, y: y + 16 }, sign) : null);
}
