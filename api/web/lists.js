// A campaign's call lists: upload, how far they are, and what was refused.

import { get, save, upload } from "./api.js";
import { h, replace, toast } from "./dom.js";
import { doing, field, form, input } from "./forms.js";
import { amount, date, number } from "./format.js";
import { review } from "./preview.js";
import { Problem, may } from "./session.js";

const EVERY_MS = 1500;
const FILES = ".csv,.txt,.tsv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

function row(list, trouble) {
  const isOver = list.state === "completed" || list.state === "failed";
  const refusals = h("button", { class: "plain", onclick: (event) => doing(event.target, trouble, () => save(`/v1/call-lists/${list.id}/refusals`, `refusals-${list.id}.csv`)) }, `${number(list.refused)} refused`);
  return h(
    "li",
    {},
    h("div", { class: "line" }, h("b", {}, list.name), list.active ? null : h("span", { class: "pill paused" }, "off"), h("span", { class: "grow" }), h("small", {}, date(list.created_at))),
    isOver ? null : h("progress", { max: Math.max(list.rows, 1), value: list.rows_done, "aria-label": `Import of ${list.name}` }),
    h(
      "p",
      { class: "hint" },
      list.state === "failed" ? h("span", { class: "bad" }, `Failed: ${list.error}`) : [amount(list.imported, "contact"), list.duplicates ? `, ${amount(list.duplicates, "duplicate")}` : null, ", "],
      list.state === "failed" ? null : list.refused ? refusals : "none refused",
      isOver ? null : ` – ${list.state}`,
    ),
  );
}

export function listsCard(campaignId) {
  const path = `/v1/campaigns/${campaignId}/call-lists`;
  const items = h("ul", { class: "lists" });
  const trouble = h("div", {});
  let timer = null;
  let wasImporting = false;

  async function load() {
    const page = await get(`${path}?limit=20`);
    replace(items, page.items.length ? page.items.map((list) => row(list, trouble)) : h("li", { class: "empty" }, "No list yet."));
    const isBusy = page.items.some((list) => list.state === "receiving" || list.state === "importing");
    clearTimeout(timer);
    if (isBusy) timer = setTimeout(() => load().catch(ignoreProblems), EVERY_MS);
  }

  const sending = h("p", { class: "hint", role: "status", hidden: true }, h("progress", { "aria-label": "Upload" }), "The file is being sent …");

  async function send(made) {
    const file = made.elements.file.files[0];
    if (!file) throw new Problem(0, { title: "No file", detail: "Choose a file with one row for each person." });
    const region = made.elements.default_region.value.trim().toUpperCase();
    const query = await review(path, file, region ? [["default_region", region]] : []);
    if (!query) return;
    sending.hidden = false;
    try {
      query.set("name", file.name.slice(0, 200));
      const list = await upload(`${path}?${query}`, file);
      made.reset();
      toast(`${amount(list.rows, "row")} stored; they become contacts now.`);
    } finally {
      sending.hidden = true;
    }
    await load();
  }

  const chooser = form(
    send,
    field("A CSV or Excel file", input("file", { type: "file", accept: FILES }), "With a header: phone, and if you like name, external_id, time_zone …"),
    field("Country of its national numbers", input("default_region", { maxlength: 2, placeholder: "DE", class: "short" }), "Empty: the campaign’s."),
    h("div", { class: "actions" }, h("button", { class: "primary" }, "Look at it first")),
    sending,
  );
  return {
    node: h("section", { class: "card" }, h("h2", {}, "Call lists"), may("manager") && chooser, trouble, items),
    load,
    /** The counts say whether an import runs: look when one begins elsewhere, or ends. */
    importing(is) {
      if (is !== wasImporting) load().catch(ignoreProblems);
      wasImporting = is;
    },
    stop: () => clearTimeout(timer),
  };
}

function ignoreProblems(error) {
  // The next look tells; an upload's own problems are shown where it was sent.
  if (!(error instanceof Problem)) throw error;
}
