// Forms: labels, hints, and what was wrong beside the field that it is about.

import { h, replace } from "./dom.js";
import { Problem } from "./session.js";

let fields = 0;

/** A label with its control, a hint, and room for an error. The control's `name` is the API's field. */
export function field(label, control, hint = null) {
  const id = control.id || `field-${(fields += 1)}`;
  control.id = id;
  const told = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", told);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("p", { class: "error", id: `${id}-error`, hidden: true }),
  );
}

export const input = (name, props = {}) => h("input", { name, type: "text", autocomplete: "off", ...props });

export function select(name, options, props = {}) {
  return h("select", { name, ...props }, options.map(([value, label]) => h("option", { value }, label)));
}

export function check(name, label, props = {}) {
  return h("label", { class: "check" }, h("input", { type: "checkbox", name, ...props }), h("span", {}, label));
}

/** A problem as its reader needs it: what, why, and the fields that aren't on the page. */
export function problemBox(problem, rest = problem.errors ?? []) {
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("strong", {}, problem.title || "That did not work"),
    h("p", {}, problem.message),
    rest.length ? h("ul", {}, rest.map((error) => h("li", {}, `${error.field}: ${error.message}`))) : null,
  );
}

/** What the browser itself finds wrong, as the API would tell it. */
function invalid(form) {
  return [...form.elements]
    .filter((control) => control.name && !control.checkValidity())
    .map((control) => ({ field: control.name, message: control.validationMessage }));
}

/** Put each error beside its field; what has no field here is given back. */
function mark(form, errors) {
  const rest = [];
  let first = null;
  for (const error of errors) {
    const control = [...form.elements].find((one) => one.name && (error.field === one.name || error.field.startsWith(`${one.name}.`)));
    const place = control && document.getElementById(`${control.id}-error`);
    if (!place) { rest.push(error); continue; }
    place.textContent = error.message;
    place.hidden = false;
    control.setAttribute("aria-invalid", "true");
    first ??= control;
  }
  first?.focus();
  return rest;
}

function clear(form) {
  form.querySelectorAll("[aria-invalid]").forEach((control) => control.removeAttribute("aria-invalid"));
  form.querySelectorAll(".error").forEach((place) => { place.hidden = true; });
}

/** A form whose `submit` handler may fail; the failure is shown in it. `work` is given the form. */
export function form(work, ...children) {
  const trouble = h("div", {});
  const made = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const buttons = [...made.querySelectorAll("button")];
        clear(made);
        replace(trouble);
        const wrong = invalid(made);
        if (wrong.length) { mark(made, wrong); return; }
        buttons.forEach((button) => { button.disabled = true; });
        try {
          await work(made, event.submitter);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          buttons.forEach((button) => { button.disabled = false; });
          replace(trouble, problemBox(error, mark(made, error.errors)));
        } finally {
          buttons.forEach((button) => { button.disabled = false; });
        }
      },
    },
    trouble,
    children,
  );
  return made;
}

/** Run what a button is for; the button waits, and a failure is shown in `trouble`. */
export async function doing(button, trouble, work) {
  button.disabled = true;
  replace(trouble);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    replace(trouble, problemBox(error));
  } finally {
    button.disabled = false;
  }
}
