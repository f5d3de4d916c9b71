// The page: who is logged in, what is shown, and where to go.

import { whenSessionIsOver } from "./api.js";
import { campaignView } from "./campaign.js";
import { campaignsView } from "./campaigns.js";
import { createView } from "./create.js";
import { h, replace, toast } from "./dom.js";
import { problemBox } from "./forms.js";
import { loginView } from "./login.js";
import { numbersView } from "./numbers.js";
import { Problem, goOn, logOut, may, me } from "./session.js";
import { watchStop } from "./stop.js";

const main = document.getElementById("main");
const top = document.getElementById("top");
const VIEWS = [
  [/^#\/campaigns\/new$/, createView],
  [/^#\/campaigns\/(\d+)$/, campaignView],
  [/^#\/numbers(?:\/(.+))?$/, numbersView],
  [/^(#\/campaigns)?$/, campaignsView],
];

let leave = null;
let stopWatch = null;
let turn = 0;

async function show() {
  const mine = (turn += 1);
  leave?.();
  leave = null;
  const found = VIEWS.map(([pattern, view]) => [location.hash.match(pattern), view]).find(([match]) => match);
  if (!found) { location.hash = "#/campaigns"; return; }
  const [match, view] = found;
  const place = h("div", {});
  replace(main, place);
  for (const link of top.querySelectorAll("nav a")) {
    const isHere = (link.hash && location.hash.startsWith(link.hash)) || (!location.hash && link.hash === "#/campaigns");
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    const left = await view(place, ...match.slice(1).map((part) => part && decodeURIComponent(part)));
    if (mine === turn) leave = left ?? null;
    else left?.();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (mine === turn && me()) replace(place, problemBox(error), h("p", {}, h("button", { onclick: show }, "Try again")));
  }
  if (mine === turn) {
    const heading = place.querySelector("h1");
    document.title = heading ? `${heading.textContent} – Dialer` : "Dialer";
  }
}

function enter() {
  const stop = h("button", { class: "danger", id: "stop", hidden: !may("manager") }, "Stop all calls");
  replace(
    top,
    h("a", { class: "brand", href: "#/campaigns" }, "Dialer"),
    h("nav", { "aria-label": "Main" }, h("a", { href: "#/campaigns" }, "Campaigns"), h("a", { href: "#/numbers" }, "Numbers"), h("a", { href: "/docs" }, "API")),
    h("span", { class: "grow" }),
    stop,
    h("span", { class: "who" }, me().username, h("small", {}, me().role)),
    h("button", { class: "plain", onclick: out }, "Log out"),
  );
  top.hidden = false;
  stopWatch?.();
  stopWatch = watchStop(document.getElementById("banner"), stop);
  show();
}

function shut(reason = null) {
  turn += 1;
  leave?.();
  stopWatch?.();
  leave = stopWatch = null;
  top.hidden = true;
  replace(document.getElementById("banner"));
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close("no"));
  document.title = "Log in – Dialer";
  replace(main, loginView(enter, reason));
}

async function out() {
  try {
    await logOut();
  } catch (error) {
    toast(error.message, "bad");
  }
  shut();
}

whenSessionIsOver(() => shut("Your log-in is over: it has ended, or an administrator has ended it. Log in to go on."));
window.addEventListener("hashchange", () => {
  if (me() && (location.hash === "" || location.hash.startsWith("#/"))) show();
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

try {
  if (await goOn()) enter();
  else shut();
} catch (problem) {
  if (!(problem instanceof Problem)) throw problem;
  shut(problem.message);
}
