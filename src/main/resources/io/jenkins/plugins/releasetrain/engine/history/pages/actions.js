/** What people do: a plan that says what will happen, a confirmation, and the doing. */

import { may, plan, perform } from "./host.js";
import { el, t, alert, button, inWords, understand } from "./dom.js";

export const RIGHTS = {
  PAUSE: "MANAGE", RESUME: "MANAGE", HOLD: "PROMOTE", FREE: "PROMOTE", CANCEL: "MANAGE", PRIORITISE: "MANAGE", FORCE: "MANAGE",
  ROLL_BACK: "ROLLBACK", MARK_BAD: "ROLLBACK", UNBLOCK: "ROLLBACK", WAIVE: "PROMOTE", DEPART: "MANAGE",
  NOTE: "MANAGE",
};

/**
 * A button for those who may; nothing for others. The page is drawn anew after it.
 *
 * @param begun what was answered when it was begun, where it goes on
 * @param before the note that is there, of a note
 */
export function action(operation, train, subject = "", begun = null, before = null) {
  return may(RIGHTS[operation])
    ? button(t(begun ? "do.on" : "do." + operation), event => start(event.target, { operation, train, subject }, begun ?? before),
      { key: `${operation} ${train} ${subject}` })
    : null;
}

async function start(from, request, begun) {
  from.disabled = true;
  try {
    await understand(true);
    const planned = await plan(request);
    const { confirmed } = await import("./confirm.js");
    const answer = await confirmed(planned, begun);
    if (answer !== null) {
      const done = await perform({ ...request, ...answer });
      tell(done.result ? t("done.as", t("do." + request.operation), done.result) : t("done", t("do." + request.operation)), true);
      document.dispatchEvent(new CustomEvent("rt-changed"));
    }
  } catch (error) {
    tell(inWords(error.message), false);
  } finally {
    from.disabled = false;
    if (from.isConnected) {
      from.focus();
    }
  }
}

/** Says it on the page, and to screen readers. */
function tell(text, fine) {
  const bar = window.notificationBar;
  if (bar) {
    bar.show(text, fine ? bar.SUCCESS : bar.ERROR);
  }
  const place = document.getElementById("rt-told");
  place.replaceChildren(bar && fine ? el("span", { class: "jenkins-visually-hidden" }, text) : alert(fine ? "success" : "danger", text));
}
