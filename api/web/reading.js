// How a file is to be read where it doesn't tell by itself: which column is what, which sheet, which encoding.

import { h, replace } from "./dom.js";
import { select } from "./forms.js";

const USES = [
  ["phone", "number"],
  ["name", "name"],
  ["external_id", "your id"],
  ["time_zone", "time zone"],
  ["priority", "priority"],
  ["region", "region"],
  ["consent_at", "time of consent"],
  ["consent_source", "source of consent"],
  ["data", "kept as data"],
  ["ignore", "ignored"],
];
const ENCODINGS = [
  ["", "As it seems to be"],
  ["utf-8", "UTF-8"],
  ["utf-16", "UTF-16"],
  ["windows-1252", "Western Europe (windows-1252)"],
  ["windows-1250", "Central Europe (windows-1250)"],
  ["windows-1251", "Cyrillic (windows-1251)"],
  ["windows-1253", "Greek (windows-1253)"],
  ["windows-1254", "Turkish (windows-1254)"],
  ["windows-1257", "Baltic (windows-1257)"],
  ["iso-8859-2", "Central Europe (ISO 8859-2)"],
  ["iso-8859-15", "Western Europe (ISO 8859-15)"],
];

const plainly = (use) => (use === "ignored" ? "ignore" : use.replace(/^phone_\d+$/, "phone"));

/** What a file's reader may choose. `changed` is called after each choice. */
export function choices(isWorkbook, changed) {
  const encoding = select("encoding", ENCODINGS, { onchange: afresh });
  const sheet = select("sheet", [], { onchange: afresh });
  const which = h("label", {}, isWorkbook ? "Sheet " : "Encoding ", isWorkbook ? sheet : encoding);
  const chips = h("ul", { class: "chips", "aria-label": "Columns" });
  let columns = [];
  let isTold = false;

  // Another sheet or other letters have other columns: what was said of these is forgotten.
  function afresh() {
    isTold = false;
    changed();
  }

  function tell() {
    isTold = true;
    changed();
  }

  // `map` goes by names: what has none, or one of two, is read by the file's own order.
  function column(found, all) {
    const isNamed = found.column && all.filter((one) => one.column === found.column).length === 1;
    const use = select("use", USES, { onchange: tell, disabled: !isNamed });
    const variable = h("small", {});
    const item = h("li", { class: "pill" }, h("label", {}, h("b", {}, found.column || "(no name)"), " ", use), variable);
    return { name: found.column, isNamed, use, variable, item, own: plainly(found.use) };
  }

  function offer(all, sheets, chosen) {
    columns = all.map((one) => column(one, all));
    replace(chips, columns.map((one) => one.item));
    replace(sheet, h("option", { value: "" }, "The first"), sheets.map((name) => h("option", { value: name }, name)));
    sheet.value = chosen;
    which.hidden = isWorkbook && sheets.length < 2;
  }

  return {
    node: h("div", { class: "reading" }, which, chips),

    /** Show how the file was read, or what there is to choose from if it could not be. What was chosen stands. */
    show({ columns: all = [], sheets = [], sheet: chosen = sheet.value }, isProblem) {
      if (isTold && isProblem) return;
      if (!isTold) offer(all, sheets, chosen ?? "");
      columns.forEach((one, at) => {
        const { column: name, use, variable } = all[at];
        one.use.value = plainly(use);
        one.item.classList.toggle("off", use === "ignored");
        one.variable.textContent = variable && variable !== name ? ` ${variable}` : "";
      });
    },

    hasPhone: () => columns.some((one) => one.use.value === "phone"),

    /** The parameters that say what was chosen. */
    parameters() {
      const said = [["encoding", encoding.value], ["sheet", sheet.value]].filter(([, value]) => value);
      if (!isTold) return said;
      const needed = columns.filter((one) => one.isNamed && (one.use.value !== "data" || one.own !== "data"));
      return [...said, ...needed.map((one) => ["map", `${one.use.value}:${one.name}`])];
    },
  };
}
