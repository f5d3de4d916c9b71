// How the first rows of a file would be understood, before anything of it is stored.

import { dryRun } from "./api.js";
import { confirm, h } from "./dom.js";
import { number, words } from "./format.js";

// A row has 64 KB at most, and 20 are shown: of a text file no more than its beginning has to be sent. A workbook can only be read whole.
const ENOUGH_BYTES = 2 * 1024 * 1024;
const USES = { phone: "number", data: "kept as data", ignored: "ignored", external_id: "your id" };

async function beginning(file) {
  const isWorkbook = (await file.slice(0, 2).text()) === "PK";
  return isWorkbook ? file : file.slice(0, ENOUGH_BYTES);
}

/** The API's account of the first rows of `file`; `query`: the parameters of the upload that may follow. */
export async function look(path, file, query) {
  const part = await beginning(file);
  const found = await dryRun(`${path}/dry-run?${query}`, part);
  return { ...found, is_all: found.is_all && part.size === file.size };
}

function use(column) {
  if (column.use === "data") return column.variable === column.column ? USES.data : `${USES.data}: ${column.variable}`;
  return USES[column.use] ?? words(column.use).replace("phone ", "number ");
}

function chip(column) {
  const name = column.column || "(no name)";
  const what = use(column);
  const isSaid = name.toLowerCase().replaceAll(/[^a-z]+/g, " ") === what;
  return h("li", { class: column.use === "ignored" ? "pill off" : "pill" }, h("b", {}, name), isSaid ? null : ` → ${what}`);
}

function columns(found) {
  return h(
    "ul",
    { class: "chips", "aria-label": "Columns" },
    found.columns.map(chip),
  );
}

function kind(found) {
  const what = found.format === "xlsx" ? `An Excel workbook, sheet “${found.sheet}”` : `Text in ${found.encoding.toUpperCase()}, divided by ${{ ",": "commas", ";": "semicolons", "\t": "tabs" }[found.delimiter] ?? found.delimiter}`;
  const region = found.default_region ? `national numbers are taken for numbers of ${found.default_region}` : "numbers need their country code: no country is given";
  return `${what}; ${region}.`;
}

function numbers(row) {
  const repaired = row.repaired.map((one) => h("small", {}, `was ${one.cell}`));
  return [row.numbers.map((one) => h("div", { class: "number", title: one.regions.join(", ") }, one.phone_number)), repaired];
}

function zones(row) {
  const all = [...new Set(row.numbers.flatMap((one) => one.zones))];
  if (all.length === 0) return "the campaign’s";
  return all.length > 2 ? `${all.slice(0, 2).join(", ")} and ${all.length - 2} more` : all.join(", ");
}

function variables(row) {
  const all = Object.entries(row.data);
  return all.length ? all.map(([name, value]) => h("div", {}, h("small", {}, `${name} `), value)) : "–";
}

function contact(row) {
  return [h("td", {}, numbers(row)), h("td", { class: "loose" }, row.name ?? "–"), h("td", { class: "loose" }, zones(row)), h("td", { class: "loose" }, variables(row))];
}

function refused(row) {
  return h("td", { colspan: 4, class: "loose" }, h("b", { class: "bad" }, row.reason), h("div", {}, h("small", {}, row.row)));
}

function table(found) {
  const heads = ["Line", "", "Number", "Name", "Time zone", "Data"];
  const line = (row) => {
    const isGood = row.would_be === "contact";
    const mark = h("span", { class: `pill ${isGood ? "running" : "cancelled"}` }, isGood ? "contact" : "refused");
    return h("tr", { class: row.would_be }, h("td", {}, number(row.line)), h("td", {}, mark), isGood ? contact(row) : refused(row));
  };
  return h(
    "div",
    { class: "scroll rows", tabindex: 0, role: "region", "aria-label": "First rows" },
    h("table", {}, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text || h("span", { class: "unseen" }, "Becomes"))))), h("tbody", {}, found.rows.map(line))),
  );
}

function verdict(found) {
  const good = found.rows.filter((row) => row.would_be === "contact").length;
  if (found.rows.length === 0) return h("p", { class: "notice" }, "The file has a header and no rows.");
  const which = found.is_all ? `${number(found.rows.length)} rows of the file` : `first ${number(found.rows.length)} rows`;
  const text = `Of the ${which}, ${number(good)} would become contacts and ${number(found.rows.length - good)} would be refused.`;
  return h("p", { class: good === found.rows.length ? "notice good" : "notice" }, h("b", {}, text), found.is_all ? null : " The others are looked at when they are imported; what is refused can be downloaded.");
}

/** Show what was found and ask whether the file is to be uploaded. Resolves to the answer. */
export function ask(file, found) {
  const text = `Nothing of it is stored yet. ${kind(found)}`;
  const extra = [verdict(found), columns(found), found.rows.length ? table(found) : null];
  return confirm(`“${file.name}”, as it would be understood`, text, "Upload all of it", { extra, wide: true });
}
