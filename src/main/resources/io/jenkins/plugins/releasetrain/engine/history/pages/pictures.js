import { svg, tone, duration } from "./dom.js";

const WIDTH = 260, HEIGHT = 64, GAP = 36, INDENT = 56;

/** How the culprit was searched for: each trial below the failed one that it narrows down. */
export function trialTree(trials) {
  const at = new Map(trials.map((t, i) => [t.id, { x: 8 + t.depth * INDENT, y: 8 + i * (HEIGHT + GAP / 2) }]));
  const depth = Math.max(0, ...trials.map(t => t.depth));
  const width = WIDTH + depth * INDENT + 16;
  const height = trials.length * (HEIGHT + GAP / 2) + 8;
  const lines = trials.filter(t => at.has(t.parent)).map(t => {
    const from = at.get(t.parent), to = at.get(t.id);
    return svg("path", { class: "rt-line", d: `M ${from.x + 20} ${from.y + HEIGHT} V ${to.y + HEIGHT / 2} H ${to.x}` });
  });
  const boxes = trials.map(t => {
    const { x, y } = at.get(t.id);
    return svg("g", { class: tone(t.verdict) },
      svg("title", {}, `${t.purpose}: ${t.verdict}. ${t.reason}`),
      svg("rect", { class: "rt-box" + (t.proof ? " rt-proof" : ""), x, y, width: WIDTH, height: HEIGHT, rx: 8 }),
      svg("text", { x: x + 12, y: y + 24 }, cut(`${t.verdict.toLowerCase()} · ${t.purpose}`, 34)),
      svg("text", { x: x + 12, y: y + 46 },
        cut(`${t.changes.length} ${t.changes.length === 1 ? "change" : "changes"}, ${duration(t.seconds)}`
          + (t.proof ? " – proves it" : ""), 34)));
  });
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": "The trials as a tree; the table below says the same" }, lines, boxes);
}

const cut = (text, length) => [...text].length > length ? [...text].slice(0, length - 1).join("") + "…" : text;

/** Deployments by day, rollbacks on top. */
export function bars(days) {
  const most = Math.max(1, ...days.map(d => d.deployments + d.rollbacks));
  const step = 720 / Math.max(days.length, 10);
  return svg("svg", { viewBox: "0 0 760 190", width: 760, height: 190, role: "img",
    "aria-label": "Deployments by day; the table below says the same" },
  svg("line", { class: "rt-line", x1: 30, y1: 160, x2: 750, y2: 160 }),
  svg("text", { x: 0, y: 22 }, most),
  days.map((d, i) => {
    const x = 32 + i * step, height = 140 * d.deployments / most, back = 140 * d.rollbacks / most;
    return svg("g", {}, svg("title", {}, `${d.day}: ${d.deployments} deployments, ${d.rollbacks} rollbacks`),
      svg("rect", { class: "rt-bar", x, y: 160 - height, width: Math.max(1, step - 2), height }),
      svg("rect", { class: "rt-back", x, y: 160 - height - back, width: Math.max(1, step - 2), height: back }));
  }),
  svg("text", { x: 30, y: 182 }, days[0].day),
  days.length > 1 ? svg("text", { x: 750, y: 182, "text-anchor": "end" }, days.at(-1).day) : null);
}
