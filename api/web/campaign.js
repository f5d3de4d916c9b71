// One campaign: run it, and see what it does, live.

import { get, post } from "./api.js";
import { callsCard } from "./calls.js";
import { pill } from "./campaigns.js";
import { confirm, h, replace, toast } from "./dom.js";
import { explainCard } from "./explain.js";
import { doing, problemBox } from "./forms.js";
import { date, number, percent, windowOf } from "./format.js";
import { listsCard } from "./lists.js";
import { follow } from "./live.js";
import { contactsBar, hoursPlot, outcomesPlot } from "./plot.js";
import { Problem, may } from "./session.js";

const HOURS_EVERY_MS = 3000;
const COMMANDS = {
  start: { label: "Start", from: ["draft"], class: "primary" },
  again: { label: "Start again", command: "start", from: ["completed"], class: "" },
  pause: { label: "Pause", from: ["running"], class: "primary" },
  resume: { label: "Resume", from: ["paused"], class: "primary" },
  cancel: { label: "Cancel for good", from: ["draft", "running", "paused"], class: "danger" },
};
const CANCEL = "Nobody on its lists is called any more, and it can't be started again. Calls that are under way go on.";

function tile(label, value, detail = null) {
  return h("div", { class: "tile" }, h("span", {}, label), h("b", {}, value), detail && h("small", {}, detail));
}

function tiles(stats) {
  const reached = stats.calls.answered ?? 0;
  return [
    tile("Contacts", number(stats.contacts_total), stats.import_running ? "a list is being imported" : null),
    tile("Done", percent(stats.contacts.done, stats.contacts_total), `${number(stats.contacts.done)} people`),
    tile("Under way", number(stats.in_flight_total), `${number(stats.queued)} queued`),
    tile("Calls ended", number(stats.calls_ended), null),
    tile("Answered", number(reached), stats.calls_ended ? `${percent(reached, stats.calls_ended)} of calls` : null),
  ];
}

function facts(campaign, through) {
  const rows = [
    [campaign.trunk_group_id ? "Trunk group" : "Trunk", through.name],
    ["Calling window", windowOf(campaign.calling_window)],
    ["Compliance rules", campaign.profile],
    ["Attempts", `${campaign.max_attempts} at most, ringing ${campaign.timeout_seconds} s`],
    ["On answer", campaign.answer_action.type + (campaign.answer_action.sound ? `: ${campaign.answer_action.sound}` : "")],
    ["Created", `${date(campaign.created_at)} by ${campaign.created_by}`],
    ["Started", date(campaign.started_at)],
    ["Ended", date(campaign.ended_at)],
  ];
  return h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export async function campaignView(place, id) {
  let campaign = await get(`/v1/campaigns/${id}`);
  const through = await get(campaign.trunk_group_id ? `/v1/trunk-groups/${campaign.trunk_group_id}` : `/v1/trunks/${campaign.trunk_id}`);
  const trouble = h("div", {});
  const state = h("span", {});
  const live = h("span", { class: "live", role: "status" }, "connecting …");
  const buttons = h("div", { class: "actions" });
  const counts = h("div", { class: "tiles" });
  const contacts = h("div", {});
  const plot = outcomesPlot();
  const hours = h("div", { class: "plot" });
  const about = h("div", {});
  const calls = callsCard(id);
  const lists = listsCard(id);
  const why = explainCard(id);

  function showState() {
    replace(state, pill(campaign.state));
    replace(about, facts(campaign, through));
    const possible = Object.entries(COMMANDS).filter(([, one]) => may("manager") && one.from.includes(campaign.state));
    replace(buttons, possible.map(([name, one]) => h("button", { class: one.class, onclick: (event) => command(one.command ?? name, one, event.target) }, one.label)));
  }

  async function command(name, one, button) {
    if (name === "cancel" && !(await confirm(`Cancel “${campaign.name}”?`, CANCEL, one.label, { danger: true }))) return;
    await doing(button, trouble, async () => {
      campaign = await post(`/v1/campaigns/${id}/${name}`);
      showState();
      if (name !== "start" && name !== "resume") toast(`${number(campaign.in_flight)} calls are still under way.`);
    });
  }

  async function onStats(stats) {
    replace(counts, tiles(stats));
    replace(contacts, contactsBar(stats));
    plot.show(stats);
    ended = stats.calls_ended;
    lists.importing(stats.import_running);
    if (stats.state !== campaign.state) {
      campaign = await get(`/v1/campaigns/${id}`);
      showState();
    }
  }

  let shownHours = -1;
  let ended = 0;
  async function showHours() {
    if (shownHours === ended) return;
    shownHours = ended;
    replace(hours, hoursPlot(await get(`/v1/campaigns/${id}/results?by=hour`)));
  }

  replace(
    place,
    h("div", { class: "heading" }, h("h1", {}, campaign.name), state, live, h("span", { class: "grow" }), buttons),
    trouble,
    counts,
    h("section", { class: "card" }, h("h2", {}, "Contacts"), contacts),
    h("div", { class: "two" }, h("section", { class: "card" }, h("h2", {}, "Outcomes"), plot.node, hours), calls.node),
    h("div", { class: "two" }, lists.node, why.node),
    h("section", { class: "card" }, h("h2", {}, "Settings"), about),
  );
  showState();
  await Promise.all([calls.load(), lists.load(), get(`/v1/campaigns/${id}/stats`).then(onStats).then(showHours)]);

  const told = { live: "live", waiting: "reconnecting …", refused: "not live" };
  const quietly = (work) => async (...given) => {
    try {
      await work(...given);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(trouble, problemBox(error));
    }
  };
  const stream = follow(id, {
    stats: quietly(onStats),
    call: calls.add,
    missed: quietly(calls.load),
    state(now) {
      live.textContent = told[now];
      live.className = `live ${now}`;
    },
  });
  const timer = setInterval(quietly(() => !document.hidden && showHours()), HOURS_EVERY_MS);
  return () => {
    clearInterval(timer);
    lists.stop();
    stream.stop();
  };
}
