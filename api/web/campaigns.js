// All campaigns.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { problemBox } from "./forms.js";
import { date, windowOf } from "./format.js";
import { Problem, may } from "./session.js";

const EVERY_MS = 5000;
const STATES = ["draft", "running", "paused", "completed", "cancelled"];

export const pill = (state) => h("span", { class: `pill ${state}` }, state);

function row(campaign) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: `#/campaigns/${campaign.id}` }, campaign.name)),
    h("td", {}, pill(campaign.state)),
    h("td", { class: "wide" }, windowOf(campaign.calling_window)),
    h("td", { class: "wide" }, `${campaign.max_attempts}`),
    h("td", {}, date(campaign.created_at)),
  );
}

export async function campaignsView(place) {
  const search = h("input", { type: "search", placeholder: "Part of a name", "aria-label": "Find a campaign by name" });
  const state = h("select", { "aria-label": "State" }, h("option", { value: "" }, "All states"), STATES.map((one) => h("option", { value: one }, one)));
  const list = h("div", {});
  const more = h("button", { hidden: true, onclick: () => load(true) }, "Show more");
  let items = [];
  let cursor = null;
  let asked = 0;

  function show() {
    const table = h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ["Name", "State", "Calling window", "Attempts", "Created"].map((text, n) => h("th", { scope: "col", class: n === 2 || n === 3 ? "wide" : null }, text)))),
      h("tbody", {}, items.map(row)),
    );
    const none = search.value || state.value ? "No campaign is like that." : "There is no campaign yet.";
    replace(list, items.length ? h("div", { class: "scroll" }, table) : h("p", { class: "empty" }, none));
    more.hidden = !cursor;
  }

  async function load(next = false) {
    const mine = (asked += 1);
    const query = new URLSearchParams({ limit: 50 });
    if (search.value.trim()) query.set("name", search.value.trim());
    if (state.value) query.set("state", state.value);
    if (next && cursor) query.set("cursor", cursor);
    const page = await get(`/v1/campaigns?${query}`);
    if (mine !== asked) return;
    items = next ? [...items, ...page.items] : page.items;
    cursor = page.next_cursor;
    show();
  }

  async function again() {
    try {
      await load();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(list, problemBox(error));
    }
  }

  replace(
    place,
    h(
      "div",
      { class: "heading" },
      h("h1", {}, "Campaigns"),
      h("span", { class: "grow" }),
      may("manager") && h("a", { class: "button primary", href: "#/campaigns/new" }, "New campaign"),
    ),
    h("div", { class: "filters" }, search, state),
    h("section", { class: "card flush" }, list),
    more,
  );
  let typing = null;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(again, 250);
  });
  state.addEventListener("change", again);
  await load();
  // Not while more than a page is shown: it would jump.
  const timer = setInterval(() => items.length <= 50 && !document.hidden && again(), EVERY_MS);
  return () => clearInterval(timer);
}

