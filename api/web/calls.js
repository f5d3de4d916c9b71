// A campaign's last calls, the newest first.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { clock, duration, words } from "./format.js";

const MOST = 10;

function row(call) {
  return h(
    "tr",
    {},
    h("td", {}, clock(call.ended_at)),
    h("td", {}, h("a", { href: `#/numbers/${encodeURIComponent(call.phone_number)}` }, call.phone_number)),
    h("td", { class: "wide" }, `${call.attempt_number}/${call.max_attempts}`),
    h("td", {}, h("span", { class: `outcome o-${call.disposition}`, title: call.failure_reason }, words(call.disposition))),
    h("td", { class: "wide" }, duration(call.duration_seconds)),
  );
}

export function callsCard(campaignId) {
  const body = h("div", {});
  let calls = [];

  function show() {
    if (!calls.length) { replace(body, h("p", { class: "empty" }, "No call has ended yet.")); return; }
    const head = [["Ended"], ["Number"], ["Attempt", "wide"], ["Outcome"], ["Talked", "wide"]];
    replace(
      body,
      h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, head.map(([text, kind]) => h("th", { scope: "col", class: kind }, text)))), h("tbody", {}, calls.map(row)))),
    );
  }

  let due = false;
  return {
    node: h("section", { class: "card" }, h("h2", {}, "Last calls"), body),
    async load() {
      const page = await get(`/v1/calls?campaign_id=${campaignId}&state=ended&limit=${MOST}`);
      calls = page.items;
      show();
    },
    /** One that has ended now; a corrected one takes its own place. Many in a moment are drawn once. */
    add(call) {
      calls = [call, ...calls.filter((known) => known.id !== call.id)].slice(0, MOST);
      if (due) return;
      due = true;
      requestAnimationFrame(() => { due = false; show(); });
    },
  };
}
