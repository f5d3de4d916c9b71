// One number: what is known about it across campaigns, and never calling it again.

import { get, post } from "./api.js";
import { confirm, h, replace, toast } from "./dom.js";
import { field, form, input } from "./forms.js";
import { date, number, words } from "./format.js";
import { may } from "./session.js";

const plain = (phone) => phone.replace(/[\s()/-]/g, "");

function callRow(call, campaigns) {
  return h(
    "tr",
    {},
    h("td", {}, date(call.created_at)),
    h("td", {}, call.campaign_id ? h("a", { href: `#/campaigns/${call.campaign_id}` }, campaigns[call.campaign_id] ?? call.campaign_id) : "single call"),
    h("td", {}, call.disposition ? h("span", { class: `outcome o-${call.disposition}` }, words(call.disposition)) : call.state),
    h("td", { class: "wide" }, call.failure_reason ?? ""),
  );
}

function shown(found) {
  const entries = found.dnc.map((entry) =>
    h("li", {}, h("b", {}, entry.campaign_id ? `Not to be called by campaign ${entry.campaign_id}` : "Not to be called by anybody"), h("p", { class: "hint" }, [entry.reason, `from ${entry.source}`, `by ${entry.created_by}, ${date(entry.created_at)}`, entry.expires_at && `until ${date(entry.expires_at)}`].filter(Boolean).join(" · "))),
  );
  const calls = found.calls.items;
  return [
    h("h2", {}, found.phone_number),
    h("p", { class: "hint" }, [found.regions.join(", "), found.zones.join(", "), `${number(found.dialed_at.length)} dials that count for caps`].filter(Boolean).join(" · ")),
    entries.length ? h("ul", { class: "groups bad" }, entries) : h("p", { class: "notice good" }, "It is on no do-not-call list."),
    calls.length
      ? h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["When", "Campaign", "Outcome"].map((text) => h("th", { scope: "col" }, text)), h("th", { scope: "col", class: "wide" }, "Because"))), h("tbody", {}, calls.map((call) => callRow(call, found.campaigns)))))
      : h("p", { class: "empty" }, "It was never called."),
  ];
}

export async function numbersView(place, asked) {
  const result = h("section", { class: "card", "aria-live": "polite", hidden: true });

  async function show(phone) {
    const found = await get(`/v1/numbers/${encodeURIComponent(phone)}/history?limit=50`);
    result.hidden = false;
    replace(result, shown(found));
  }

  const look = form(
    async (made) => {
      result.hidden = true;
      await show(plain(made.elements.phone_number.value));
    },
    field("Number", input("phone_number", { type: "tel", value: asked ?? "", placeholder: "+4930901820" }), "With country code."),
    h("div", { class: "actions" }, h("button", { class: "primary" }, "Look up")),
  );
  const forbid = form(
    async (made) => {
      const { phone_number: phone, reason, default_region: region } = made.elements;
      const yes = await confirm("Never call this number?", `${phone.value} is not called any more, by any campaign. Contacts with it that are due are done.`, "Add to do-not-call", { danger: true });
      if (!yes) return;
      const entry = await post("/v1/dnc", { phone_number: phone.value.trim(), reason: reason.value.trim() || null, default_region: region.value.trim().toUpperCase() || null });
      toast(`${entry.phone_number} is on the do-not-call list. ${number(entry.in_flight)} calls to it are still under way.`);
      made.reset();
      await show(entry.phone_number);
    },
    field("Number", input("phone_number", { type: "tel" }), "With country code, or national with its country."),
    h("div", { class: "columns" }, field("Country", input("default_region", { maxlength: 2, placeholder: "DE", class: "short" })), field("Reason", input("reason", { maxlength: 200, placeholder: "asked not to be called" }))),
    h("div", { class: "actions" }, h("button", { class: "danger" }, "Add to do-not-call")),
  );
  replace(
    place,
    h("div", { class: "heading" }, h("h1", {}, "Numbers")),
    h("div", { class: "two" }, h("section", { class: "card" }, h("h2", {}, "What is known?"), look), may("manager") && h("section", { class: "card" }, h("h2", {}, "Do not call"), forbid)),
    result,
  );
  if (asked) await show(asked);
}

