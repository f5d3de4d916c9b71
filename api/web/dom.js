// Elements without markup: text is text, so nothing that comes from a list or a person can become a tag or a script.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "selected", "open"]);
const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An element. `props`: attributes, a few properties, and handlers as `onclick`. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same of SVG. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/** Put `children` in the place of what `node` has. */
export function replace(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Tell something that needs no answer; it goes by itself. */
export function toast(text, kind = "good") {
  const note = h("p", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

/** Ask before doing what can't be undone. Resolves to whether it was confirmed. `action`: its name, or the button. `extra` is shown within; `wide`: it needs room. */
export function confirm(title, text, action, { danger = false, extra = null, wide = false } = {}) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "dialog-title", class: wide ? "wide-dialog" : null, onclose: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "dialog-title" }, title),
        h("p", {}, text),
        extra,
        h(
          "div",
          { class: "actions end" },
          h("button", { value: "no", type: "button", onclick: () => dialog.close("no") }, "Go back"),
          action instanceof Node ? action : h("button", { value: "yes", class: danger ? "danger" : "primary" }, action),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
