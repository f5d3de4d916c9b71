// Why are people not called? By the gate itself: for all of a campaign, and for one.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { doing, field, form, input } from "./forms.js";
import { date, number, sentence } from "./format.js";
import { Problem } from "./session.js";

function group(one) {
  return h(
    "li",
    {},
    h("div", { class: "line" }, h("b", {}, sentence(one.code)), h("span", { class: "grow" }), h("span", { class: "amount" }, number(one.contacts))),
    h("p", { class: "hint" }, one.rule, one.source ? ` (${one.source})` : null, one.opens_at ? ` – opens ${date(one.opens_at)}` : null),
  );
}

/** What keeps one contact from being called. */
export function answerOf(found) {
  return h(
    "div",
    { class: found.dialable ? "notice good" : "notice" },
    h("b", {}, found.dialable ? "Nothing: it waits for its turn." : sentence(found.code)),
    h("p", {}, found.rule, found.source ? ` (${found.source})` : null),
    found.until && h("p", {}, `May be called from ${date(found.until)}.`),
    found.next_attempt_at && h("p", {}, `Next attempt not before ${date(found.next_attempt_at)}.`),
    found.callback_at && h("p", {}, `Asked to be called at ${date(found.callback_at)}.`),
  );
}

async function about(campaignId, phone) {
  const page = await get(`/v1/campaigns/${campaignId}/contacts?phone_number=${encodeURIComponent(phone)}`);
  if (!page.items.length) throw new Problem(404, { title: "Not on a list", detail: `No contact of this campaign has the number ${phone}.` });
  const answers = await Promise.all(page.items.map((contact) => get(`/v1/contacts/${contact.id}/explain`)));
  return page.items.map((contact, n) => [
    h("p", {}, h("b", {}, contact.name || contact.phone_number), ` – ${contact.attempts} calls so far`, contact.last_disposition ? `, the last one: ${sentence(contact.last_disposition)}` : null),
    answerOf(answers[n]),
  ]);
}

export function explainCard(campaignId) {
  const groups = h("ul", { class: "groups" });
  const trouble = h("div", {});
  const answer = h("div", { "aria-live": "polite" });

  async function ask() {
    const found = await get(`/v1/campaigns/${campaignId}/explain`);
    const others = found.groups.filter((one) => one.contacts > 0);
    replace(groups, others.length ? others.map(group) : h("li", { class: "empty" }, "There are no contacts."), h("li", { class: "hint" }, `As of ${date(found.as_of)}: ${number(found.contacts)} contacts.`));
  }

  const one = form(
    async (made) => {
      replace(answer);
      replace(answer, await about(campaignId, made.elements.phone_number.value.replace(/[\s()/-]/g, "")));
    },
    field("And this number?", input("phone_number", { type: "tel", placeholder: "+4930901820" }), "With country code."),
    h("div", { class: "actions" }, h("button", {}, "Why not?")),
  );
  const button = h("button", { onclick: () => doing(button, trouble, ask) }, "Why are they not called?");
  return { node: h("section", { class: "card" }, h("h2", {}, "Why not?"), h("div", { class: "actions" }, button), trouble, groups, one, answer) };
}
