/** Forms whose answer is another page: its address holds what was filled in. */

import { el, t, word, address } from "./dom.js";

export function field(name, label, value, options) {
  const input = options
    ? el("div", { class: "jenkins-select" }, el("select", { name, class: "jenkins-select__input" },
      ["", ...options].map(o => el("option", { value: o, selected: o === value }, o ? word(o) : t("any")))))
    : el("input", { name, value, type: "text", class: "jenkins-input" });
  return el("label", { class: "rt-field" }, label, input);
}

export const day = (name, label, value) =>
  el("label", { class: "rt-field" }, label, el("input", { name, value: value?.slice(0, 10), type: "date", class: "jenkins-input" }));

export const form = (target, label, fields, submit) =>
  el("form", { class: "rt-form", action: address([target]), "aria-label": label }, fields,
    el("button", { class: "jenkins-button jenkins-button--primary" }, submit));
