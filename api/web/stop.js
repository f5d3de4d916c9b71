// The emergency stop: a button everywhere, and a banner that can't be overlooked.

import { get, put, remove } from "./api.js";
import { confirm, h, replace, toast } from "./dom.js";
import { field, input } from "./forms.js";
import { date, number } from "./format.js";
import { may } from "./session.js";

const EVERY_MS = 4000;

/** Show whether all dialing is stopped, and let managers stop it; ends with the function that it returns. */
export function watchStop(banner, button) {
  let shown = null;
  let isStopped = false;

  function show(state) {
    isStopped = state.stopped;
    button.hidden = isStopped || !may("manager");
    const key = `${state.stopped} ${state.at}`;
    if (key === shown) return;
    shown = key;
    if (!state.stopped) { replace(banner); return; }
    replace(
      banner,
      h(
        "div",
        { class: "banner" },
        h("strong", {}, "All dialing is stopped."),
        h("span", {}, `${state.by}, ${date(state.at)}: ${state.reason}`),
        may("admin")
          ? h("button", { onclick: lift }, "Let dialing go on")
          : h("span", { class: "hint" }, "An administrator can let it go on."),
      ),
    );
  }

  async function look() {
    try {
      show(await get("/v1/emergency-stop"));
    } catch {
      // The next look tells; what is shown says what was so.
    }
  }

  async function stop() {
    const reason = input("reason", { value: "", maxlength: 200, placeholder: "Why?" });
    const asked = await confirm(
      "Stop all calls?",
      "No further call is sent, by any campaign, until an administrator lets dialing go on. Calls that are under way go on.",
      "Stop all calls",
      { danger: true, extra: field("Reason", reason, "Everybody will see it.") },
    );
    if (!asked) return;
    try {
      const done = await put("/v1/emergency-stop", { reason: reason.value.trim() || "emergency stop" });
      show(done);
      toast(`Stopped. ${number(done.in_flight)} calls are still under way.`, "bad");
    } catch (error) {
      toast(`It is NOT stopped: ${error.message}`, "bad");
    }
  }

  async function lift() {
    if (!(await confirm("Let dialing go on?", "All running campaigns will dial again.", "Let dialing go on"))) return;
    try {
      show(await remove("/v1/emergency-stop"));
      toast("Dialing goes on.");
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  button.addEventListener("click", stop);
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
