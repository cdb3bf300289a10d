/** Environments that somebody waits for. */

import { el, t, section, table, ago, due, inWords } from "./dom.js";

/** Who holds each, and who waits for it: in which order, and until about when. */
export const lines = list => section(t("lines"), list.map(l =>
  table(t("line.caption", l.environment), [t("position"), t("line.who"), t("line.how"), t("line.since"), t("line.expected")],
    l.standings.map(s => [s.position || t("line.holds"), inWords(s.owner), t(s.alone ? "line.alone" : "line.shared"), ago(s.since),
      s.expected ? due(s.expected) : s.position ? "–" : ""]))));
