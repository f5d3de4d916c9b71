// A new campaign: what it needs, and the rules of its gate.

import { all, create, get } from "./api.js";
import { h, replace, toast } from "./dom.js";
import { check, field, form, input, select } from "./forms.js";
import { DAYS } from "./format.js";
import { may } from "./session.js";

const ACTIONS = [
  ["play", "Play a sound, then hang up"],
  ["continue", "Go on in the PBX's dialplan"],
  ["hangup", "Hang up at once"],
];

const time = (name, value) => input(name, { value, required: true, maxlength: 5, pattern: "[0-2][0-9]:[0-5][0-9]", title: "A time like 09:00" });

function actionFields(sounds) {
  const kind = select("answer_action.type", ACTIONS);
  const known = h("datalist", { id: "sounds" }, sounds.map((sound) => h("option", { value: sound.sound }, sound.name)));
  const play = field("Sound", input("answer_action.sound", { list: "sounds", value: sounds[0]?.sound ?? "hello-world" }), "A name that the PBX knows, or an uploaded one.");
  const context = field("Context", input("answer_action.context"), "Of the PBX's dialplan.");
  const extension = field("Extension", input("answer_action.extension", { value: "s" }));
  const show = () => {
    play.hidden = kind.value !== "play";
    context.hidden = extension.hidden = kind.value !== "continue";
  };
  kind.addEventListener("change", show);
  show();
  return [field("When somebody answers", kind), play, context, extension, known];
}

function ruleFields(profiles) {
  const names = [["none", "None but those below"], ["by_region", "Those of each contact's region"], ...profiles.map((p) => [p.name, p.title])];
  const zones = h("datalist", { id: "zones" }, (Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => h("option", { value: zone })));
  return [
    h(
      "div",
      { class: "columns" },
      field("Call from", time("calling_window.start", "09:00"), "In the time of whoever is called."),
      field("Call until", time("calling_window.end", "20:00"), "Up to 24:00."),
    ),
    h("fieldset", { class: "days" }, h("legend", {}, "On"), DAYS.map((day, n) => check("day", day, { value: n + 1, checked: n < 6 }))),
    field("Compliance rules", select("profile", names), "They hold at least; what you set can only be stricter. No legal advice."),
    h(
      "div",
      { class: "columns" },
      field("Country of national numbers", input("default_region", { maxlength: 2, placeholder: "DE", class: "short" }), "For lists with numbers like 030 901820."),
      field("Time zone where the number doesn't tell", input("default_time_zone", { list: "zones", placeholder: "Europe/Berlin" })),
    ),
    check("skip_holidays", "Leave out public holidays"),
    check("consent_required", "Call only people whose consent is recorded"),
    zones,
  ];
}

function paceFields() {
  return h(
    "div",
    { class: "columns" },
    field("Calls per person, at most", input("max_attempts", { type: "number", min: 1, max: 100, value: 3 })),
    field("Ring for (seconds)", input("timeout_seconds", { type: "number", min: 1, max: 600, value: 30 })),
    field("Again after “busy” (minutes)", input("retry_policy.busy", { type: "number", min: 0, value: 5 })),
    field("Again after “no answer” (minutes)", input("retry_policy.no_answer", { type: "number", min: 0, value: 60 })),
    field("Calls per second", input("cps", { type: "number", min: 0.01, step: "any" }), "Empty: as the trunk allows."),
    field("Calls at once", input("channels", { type: "number", min: 1 }), "Empty: as the trunk allows."),
  );
}

function action(value) {
  const type = value("answer_action.type");
  if (type === "play") return { type, sound: value("answer_action.sound") };
  if (type === "continue") return { type, context: value("answer_action.context"), extension: value("answer_action.extension") };
  return { type };
}

function bodyOf(made) {
  const value = (name) => made.elements[name].value.trim();
  const amount = (name) => (value(name) === "" ? null : Number(value(name)));
  const optional = (name) => value(name) || null;
  const again = (name) => (amount(name) === null ? null : { delay_seconds: Math.round(amount(name) * 60) });
  const days = [...made.querySelectorAll("[name=day]:checked")].map((box) => Number(box.value));
  return {
    name: value("name"),
    ...through(value("trunk_id")),
    caller_id: optional("caller_id"),
    answer_action: action(value),
    calling_window: { start: value("calling_window.start"), end: value("calling_window.end"), days },
    profile: value("profile"),
    default_region: optional("default_region")?.toUpperCase() ?? null,
    default_time_zone: optional("default_time_zone"),
    skip_holidays: made.elements.skip_holidays.checked,
    consent_required: made.elements.consent_required.checked,
    max_attempts: amount("max_attempts"),
    timeout_seconds: amount("timeout_seconds"),
    retry_policy: { busy: again("retry_policy.busy"), no_answer: again("retry_policy.no_answer") },
    cps: amount("cps"),
    channels: amount("channels"),
  };
}

const GROUP = "group-";

/** A trunk, or a group of them: what calls go over. */
function throughField(trunks, groups) {
  const usable = groups.filter((group) => group.trunks.some((member) => trunks.some((trunk) => trunk.id === member.trunk_id)));
  const nameOf = (id) => trunks.find((trunk) => trunk.id === id)?.name;
  const single = trunks.map((trunk) => h("option", { value: trunk.id }, `${trunk.name} (${trunk.cps} calls/s, ${trunk.channels} at once)`));
  const several = usable.map((group) => h("option", { value: GROUP + group.id }, `${group.name} (${group.trunks.map((member) => nameOf(member.trunk_id)).filter(Boolean).join(", ")})`));
  const choice = h("select", { name: "trunk_id" }, several.length ? [h("optgroup", { label: "One trunk" }, single), h("optgroup", { label: "Trunks that stand in for each other" }, several)] : single);
  return field(several.length ? "Trunk, or group of trunks" : "Trunk", choice);
}

const through = (value) => (value.startsWith(GROUP) ? { trunk_group_id: Number(value.slice(GROUP.length)) } : { trunk_id: value === "" ? null : Number(value) });

export async function createView(place) {
  if (!may("manager")) {
    replace(place, h("h1", {}, "New campaign"), h("p", { class: "empty" }, "Your role may only read. A manager can make campaigns."));
    return;
  }
  const [trunks, groups, sounds, profiles] = await Promise.all([all("/v1/trunks"), all("/v1/trunk-groups"), all("/v1/sounds", 500), get("/v1/profiles")]);
  const usable = trunks.filter((trunk) => trunk.enabled);
  const work = async (made) => {
    const campaign = await create("/v1/campaigns", bodyOf(made));
    toast(`“${campaign.name}” is a draft: upload a list, then start it.`);
    location.hash = `#/campaigns/${campaign.id}`;
  };
  replace(
    place,
    h("div", { class: "heading" }, h("h1", {}, "New campaign")),
    usable.length === 0 && h("p", { class: "notice" }, "There is no trunk to dial through yet: an administrator adds one with POST /v1/trunks."),
    form(
      work,
      h(
        "section",
        { class: "card" },
        h("h2", {}, "Who calls, and what happens"),
        field("Name", input("name", { maxlength: 200, required: true })),
        h(
          "div",
          { class: "columns" },
          throughField(usable, groups),
          field("Caller id", input("caller_id", { placeholder: "+4930901820" }), "Empty: the trunk's."),
        ),
        actionFields(sounds),
      ),
      h("section", { class: "card" }, h("h2", {}, "When people may be called"), ruleFields(profiles.items)),
      h("section", { class: "card" }, h("h2", {}, "How often, and how fast"), paceFields()),
      h("div", { class: "actions" }, h("button", { class: "primary" }, "Create the draft"), h("a", { class: "button", href: "#/campaigns" }, "Cancel")),
    ),
  );
}
