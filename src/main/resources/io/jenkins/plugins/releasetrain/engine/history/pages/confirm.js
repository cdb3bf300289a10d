/** Asks whether what a plan says is to be done; loaded when somebody is asked. */

import { context } from "./host.js";
import { el, t, count, alert, table, image, build, change, duration, service, inWords } from "./dom.js";
import { commits } from "./commits.js";

const DANGEROUS = ["ROLL_BACK", "MARK_BAD", "CANCEL", "WAIVE"];

const LANES = "lane/";

/** The lanes of an environment have words of their own for some things that trains have, too. */
const ofLanes = (p, key) => p.train.startsWith(LANES) && Object.keys(context.texts).some(known => known.startsWith(`${key}.lanes`))
  ? key + ".lanes" : key;

/** @return what was answered; null: not confirmed */
export async function confirmed(p, begun) {
  const title = t(ofLanes(p, "ask." + p.operation), p.train.replace(LANES, ""), p.subject);
  const reason = p.refused ? null : el("input", { class: "jenkins-input", name: "reason", autocomplete: "off", maxlength: 300,
    required: p.needsReason, value: begun?.reason });
  const form = el("form", { class: "rt-plan" }, said(p),
    reason && (p.needsReason || p.operation === "CANCEL")
      ? el("label", { class: "rt-field" }, p.needsReason ? t("reason") : t("reason.optional"), reason) : null,
    reason && p.back ? ticks(p.back, p.subject, begun) : null, reason && p.operation === "NOTE" ? note(begun) : null);
  form.addEventListener("submit", event => event.preventDefault());
  const values = await dialog(form, {
    title,
    okText: p.refused ? t("close") : t("do." + p.operation).replace("…", ""),
    cancel: !p.refused,
    type: !p.refused && DANGEROUS.includes(p.operation) ? "destructive" : "default",
  });
  return values === null || p.refused ? null
    : { reason: values.get("reason") ?? "", ...p.operation === "NOTE" ? { good: values.has("good") } : {},
      ...p.back ? { hold: values.has("hold"), bad: values.getAll("bad").join(",") } : {} };
}

const tick = (name, value, text, checked, disabled = false) => el("label", { class: "rt-tick" },
  el("input", { type: "checkbox", name, value, checked, disabled }), " ", text);

/** What makes a rollback stay; both are on until somebody takes them off. */
const ticks = (back, target, begun) => el("fieldset", { class: "rt-ticks" }, el("legend", {}, t("back.stays")),
  tick("hold", "true", t("back.hold"), begun?.hold ?? true),
  back.over.map(o => tick("bad", o.release, [t("back.bad", o.release), o.kept ? " " + t("back.kept", target) : null],
    !o.kept && (begun?.bad.includes(o.release) ?? true), o.kept)));

const note = before => [el("label", { class: "rt-field" }, t("note.text"),
  el("textarea", { class: "jenkins-input", name: "reason", rows: 6, maxlength: 4000 }, before?.text)),
tick("good", "true", t("note.good"), before?.mark === "GOOD")];

/** What will happen, in words. */
function said(p) {
  if (p.refused) {
    return alert("warning", inWords(p.refused));
  }
  const words = [];
  const n = p.changes.length;
  const what = ofLanes(p, "plan." + p.operation);
  if (p.operation === "ROLL_BACK") {
    words.push(p.total ? count(what, p.total) : t("plan.ROLL_BACK.none"));
    words.push(p.trial ? count("plan.ROLL_BACK.trial", n) : null, ...goingBack(p.back));
  } else if (p.operation === "PRIORITISE") {
    words.push(p.delaySeconds !== null ? count(what, n, duration(p.delaySeconds)) : count(what === "plan.PRIORITISE" ? what + ".unknown" : what, n));
  } else if (p.operation === "FORCE") {
    words.push(t("plan.FORCE"), p.delaySeconds === null ? null : t("plan.FORCE.time", duration(p.delaySeconds)));
  } else if (p.operation === "MARK_BAD") {
    words.push(count("plan.MARK_BAD", p.total));
  } else if (["PAUSE", "RESUME", "HOLD", "FREE", "DEPART"].includes(p.operation)) {
    words.push(count(what, n), p.trial && p.operation === "PAUSE" ? t("plan.PAUSE.trial") : null);
  } else {
    words.push(t(what));
  }
  const note = inWords(p.note);
  words.push(note && p.operation === "ROLL_BACK" ? t("plan.paused", note) : p.operation === "NOTE" ? null : note);
  return [words.filter(Boolean).map(w => el("p", {}, w)), images(p), touched(p)];
}

const goingBack = back => back === null ? []
  : [...back.over.map(o => t("back.over", o.release, o.services.join(", "))),
    back.skipped.length ? t("back.skipped", back.skipped.join(", ")) : null,
    back.tookSeconds.length ? count("back.took", back.tookSeconds.length, back.tookSeconds.map(duration).join(", ")) : null];

function images(p) {
  if (p.images.length === 0) {
    return null;
  }
  const both = p.operation === "ROLL_BACK";
  return table(p.images.length < p.total ? t("first", p.images.length, p.total) : t("images"),
    both ? [t("service"), t("from"), t("to"), t("commits")] : [t("service"), t("image")],
    p.images.map(d => [service(d.service), ...both ? [image(d.from), image(d.to), commits(d.commits)] : [image(d.to ?? d.from)]]));
}

const touched = p => p.changes.length === 0 ? null
  : table(t(ofLanes(p, `touched.${p.operation}`)), [t("change"), t("build")], p.changes.map(c => [change(c.id, c.services.join(", ")), build(c)]));

/** Asks in the host's own dialog, or in one that looks like it. @return FormData, or null */
async function dialog(form, options) {
  const answer = window.dialog ? ofHost(form, options) : own(form, options);
  const ok = form.closest("dialog").querySelector("[data-id=ok]");
  const check = () => { ok.disabled = !form.checkValidity(); };
  form.addEventListener("input", check);
  check();
  form.querySelector("input, textarea")?.focus();
  return answer;
}

/** Jenkins' dialog empties the address' hash when it closes, which our pages do not use. */
const ofHost = (form, options) =>
  window.dialog.form(form, { ...options, submitButton: false, minWidth: "min(560px, 90vw)", maxWidth: "min(760px, 95vw)" })
    .catch(() => null);

function own(form, options) {
  const title = el("div", { class: "jenkins-dialog__title", id: "rt-dialog-title" }, options.title);
  const ok = el("button", { class: "jenkins-button jenkins-button--primary "
    + (options.type === "destructive" ? "jenkins-!-destructive-color" : ""), "data-id": "ok" }, options.okText);
  const cancel = el("button", { type: "button", class: "jenkins-button", "data-id": "cancel" }, t("cancel"));
  form.append(el("div", { class: "jenkins-buttons-row jenkins-dialog__buttons" }, ok, options.cancel ? cancel : null));
  const box = el("dialog", { class: "jenkins-dialog", "aria-labelledby": title.id }, title,
    el("div", { class: "jenkins-dialog__contents" }, form));
  document.body.append(box);
  box.showModal();
  return new Promise(resolve => {
    const close = value => {
      resolve(value);
      box.remove();
    };
    form.addEventListener("submit", () => close(new FormData(form)));
    cancel.addEventListener("click", () => close(null));
    box.addEventListener("cancel", () => close(null));
  });
}
