// How the first rows of a file would be understood, before anything of it is stored.

import { dryRun } from "./api.js";
import { confirm, h, replace } from "./dom.js";
import { problemBox } from "./forms.js";
import { number } from "./format.js";
import { choices } from "./reading.js";
import { Problem } from "./session.js";

// A row has 64 KB at most, and 20 are shown: of a text file no more than its beginning has to be sent. A workbook can only be read whole.
const ENOUGH_BYTES = 2 * 1024 * 1024;

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

function rest(row) {
  const fields = { "your id": row.external_id, priority: row.priority, consent: row.consent_at?.slice(0, 10), by: row.consent_source };
  const all = Object.entries({ ...fields, ...row.data }).filter(([, value]) => value);
  return all.length ? all.map(([name, value]) => h("div", {}, h("small", {}, `${name} `), value)) : "–";
}

function contact(row) {
  return [h("td", {}, numbers(row)), h("td", { class: "loose" }, row.name ?? "–"), h("td", { class: "loose" }, zones(row)), h("td", { class: "loose" }, rest(row))];
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

/** Whether another reading of the file may do. */
function canBeHelped(problem) {
  return problem.body.columns || problem.body.sheets || problem.errors.some((error) => error.field === "encoding");
}

function trouble(problem, reading) {
  if (!problem.body.columns || reading.hasPhone()) return problemBox(problem, []);
  return h("p", { class: "notice" }, h("b", {}, "No column’s name says that it is the phone number."), " Choose the one that is.");
}

/** Show how `file` would be understood, again after each choice, and ask whether it is to be uploaded. Resolves to the upload's parameters, or to null.
 *  `given`: those that are known already. */
export async function review(path, file, given) {
  const isWorkbook = (await file.slice(0, 2).text()) === "PK";
  const part = isWorkbook ? file : file.slice(0, ENOUGH_BYTES);
  const above = h("div", { role: "status" });
  const below = h("div", { class: "contents" });
  const go = h("button", { value: "yes", class: "primary" }, "Upload all of it");
  const reading = choices(isWorkbook, again);
  const query = () => new URLSearchParams([...given, ...reading.parameters()]);
  let turn = 0;

  async function look() {
    try {
      const found = await dryRun(`${path}/dry-run?${query()}`, part);
      return { ...found, is_all: found.is_all && part.size === file.size };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error;
    }
  }

  function show(found) {
    const isProblem = found instanceof Problem;
    reading.show(isProblem ? found.body : found, isProblem);
    go.disabled = isProblem;
    replace(above, isProblem ? trouble(found, reading) : [h("p", {}, kind(found)), verdict(found)]);
    replace(below, isProblem || found.rows.length === 0 ? null : table(found));
  }

  async function again() {
    const mine = (turn += 1);
    go.disabled = true;
    const found = await look();
    if (mine === turn) show(found);
  }

  const first = await look();
  if (first instanceof Problem && !canBeHelped(first)) throw first;
  show(first);
  const extra = [above, reading.node, below];
  const isWanted = await confirm(`“${file.name}”, as it would be understood`, "Nothing of it is stored yet.", go, { extra, wide: true });
  return isWanted ? query() : null;
}
