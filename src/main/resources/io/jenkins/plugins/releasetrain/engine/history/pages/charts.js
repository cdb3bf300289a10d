/** Charts by Apache ECharts, which is loaded when the first one is shown. */

import { charts } from "./host.js";
import { el, t } from "./dom.js";

let loading;

/** Charts have their colours from when they were drawn. */
const redraw = () => document.querySelector(".rt-chart") && document.dispatchEvent(new CustomEvent("rt-changed"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });

const library = () => loading ??= new Promise((resolve, reject) => {
  const script = el("script", { src: charts, onload: () => resolve(window.echarts), onerror: () => reject(new Error(t("charts.missing"))) });
  document.head.append(script);
});

/** The colours are the page's own, so that they follow its theme. */
function colour(name) {
  const probe = el("span", { class: name });
  document.getElementById("rt-app").append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return plain(value);
}

/** The library reads colours of sRGB only. */
function plain(value) {
  const canvas = el("canvas", { width: 1, height: 1 }).getContext("2d");
  canvas.fillStyle = value;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}

/** Lines from below left to above right. */
const HATCH = { color: "rgba(255, 255, 255, 0.6)", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4 };

/**
 * @param days x axis
 * @param series name, values, kind (bar or line), tone, and stack
 * @param n of how many each day's values are
 * @param unsure whether the values of a day are not the last word: their bars are hatched, and the label says which
 * @return an element that becomes a chart once it is on the page; the table that tells the same is the caller's
 */
export function chart(title, days, all, { n, unit = "", unsure = [] }) {
  const series = all.filter(s => s.values.some(v => v !== null && v !== undefined));
  if (series.length === 0) {
    return null;
  }
  const hatched = days.filter((_, i) => unsure[i]);
  const label = t("chart.label", title) + (hatched.length ? "; " + t("chart.hatched", hatched.join(", ")) : "");
  const place = el("div", { class: "rt-chart", role: "img", "aria-label": label });
  const draw = async () => {
    const echarts = await library();
    const text = colour("rt-ink"), soft = colour("rt-soft");
    const shown = (value, i) => unsure[i] ? { value, itemStyle: { decal: HATCH } } : value;
    const drawn = echarts.init(place, null, { renderer: "canvas" });
    drawn.setOption({
      animation: false,
      textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 12, top: 40, bottom: 4, containLabel: true },
      legend: { type: "scroll", top: 0, left: 0, textStyle: { color: text }, data: series.map(s => s.name) },
      // Rich text, since the usual tooltip is HTML made of strings with inline styles.
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: days.map((day, i) => `${day}\nn = ${n[i]}`), axisLabel: { color: soft }, axisLine: { lineStyle: { color: soft } } },
      yAxis: { type: "value", minInterval: unit ? undefined : 1, axisLabel: { color: soft },
        splitLine: { lineStyle: { color: soft, opacity: 0.25 } } },
      series: series.map(s => ({ name: s.name, type: s.kind, data: s.kind === "bar" ? s.values.map(shown) : s.values, stack: s.stack, connectNulls: false,
        barMaxWidth: 28, symbolSize: 6, itemStyle: { color: colour("rt-" + s.tone) } })),
    });
    new ResizeObserver(() => drawn.resize()).observe(place);
    place.dataset.drawn = "";
  };
  const failed = error => place.replaceWith(el("p", { class: "rt-soft" }, error.message));
  requestAnimationFrame(() => draw().catch(failed));
  return el("figure", { class: "rt-figure" }, el("figcaption", {}, unit ? `${title} (${unit})` : title), place);
}
