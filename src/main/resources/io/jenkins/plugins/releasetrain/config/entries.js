/** Tables of the configuration are filtered while one types, and what differs from the default is bold in forms. */
(() => {
  const matches = (row, words) => words.every(word => row.textContent.toLowerCase().includes(word));

  const filter = input => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...document.querySelectorAll(`#${input.dataset.entries} > tbody > tr`)];
    rows.forEach(row => { row.hidden = !matches(row, words); });
    const none = document.getElementById(input.dataset.none);
    if (none) {
      none.hidden = rows.some(row => !row.hidden);
    }
  };

  /** The label of a field of the entry itself, or of a part of it. */
  const label = (form, key) => {
    const [first, second] = key.split(".");
    const part = second && form.querySelector(`[name="${first}"]`);
    const scope = second ? part?.closest(".optionalBlock-container") ?? part?.closest(".jenkins-form-item") : form;
    const field = scope?.querySelector(`[name="_.${second ?? first}"], [name="${second ?? first}"]`);
    return field?.closest(".jenkins-form-item")?.querySelector(".jenkins-form-label, label");
  };

  const start = () => {
    document.querySelectorAll("input[data-entries]").forEach(input => {
      input.addEventListener("input", () => filter(input));
      filter(input);
    });
    const differing = document.querySelector("[data-differing]");
    const form = document.querySelector("form[name=config]");
    if (differing && form) {
      differing.dataset.differing.split(" ").map(key => label(form, key)).forEach(found => found?.classList.add("rt-differs"));
    }
  };

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
