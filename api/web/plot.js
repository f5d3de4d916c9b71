// Plots, as SVG. Each has the same in words for whoever doesn't see it.

import { h, replace, s } from "./dom.js";
import { CONTACTS, CONTACT_WORDS, OUTCOMES, number, percent, words } from "./format.js";

const WIDTH = 460;
const LABEL = 110;
const ROW = 26;

/** One bar of all contacts, by state. */
export function contactsBar(stats) {
  const total = stats.contacts_total;
  let x = 0;
  const parts = CONTACTS.map((state) => {
    const width = total ? (WIDTH * stats.contacts[state]) / total : 0;
    const rect = s("rect", { x, y: 0, width, height: 14, class: `c-${state}` }, s("title", {}, `${CONTACT_WORDS[state]}: ${number(stats.contacts[state])}`));
    x += width;
    return rect;
  });
  const said = CONTACTS.map((state) => `${CONTACT_WORDS[state]} ${number(stats.contacts[state])}`).join(", ");
  return h(
    "div",
    {},
    s("svg", { class: "bar", viewBox: `0 0 ${WIDTH} 14`, preserveAspectRatio: "none", role: "img", "aria-label": `Contacts: ${said}` }, s("rect", { width: WIDTH, height: 14, class: "track" }), parts),
    h("ul", { class: "legend" }, CONTACTS.map((state) => h("li", {}, s("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, s("rect", { width: 10, height: 10, rx: 2, class: `c-${state}` })), `${CONTACT_WORDS[state]} `, h("b", {}, number(stats.contacts[state]))))),
  );
}

/** How calls have ended: a bar for each outcome that there was. Redrawn in place as counts change. */
export function outcomesPlot() {
  const place = h("div", { class: "plot" });
  return {
    node: place,
    show(stats) {
      const found = OUTCOMES.filter((name) => stats.calls[name] > 0);
      if (!found.length) { replace(place, h("p", { class: "empty" }, "No call has ended yet.")); return; }
      const most = Math.max(...found.map((name) => stats.calls[name]));
      const room = WIDTH - LABEL - 100;
      const rows = found.map((name, n) => {
        const y = n * ROW;
        const width = Math.max(2, (room * stats.calls[name]) / most);
        return [
          s("text", { x: LABEL - 10, y: y + 17, "text-anchor": "end" }, words(name)),
          s("rect", { x: LABEL, y: y + 4, width, height: ROW - 8, rx: 3, class: `o-${name}` }),
          s("text", { x: LABEL + width + 8, y: y + 17, class: "count" }, `${number(stats.calls[name])} · ${percent(stats.calls[name], stats.calls_ended)}`),
        ];
      });
      const said = found.map((name) => `${words(name)} ${number(stats.calls[name])}`).join(", ");
      replace(place, s("svg", { viewBox: `0 0 ${WIDTH} ${found.length * ROW}`, role: "img", "aria-label": `Calls by outcome: ${said}` }, rows));
    },
  };
}

/** Calls by the hour in which they were dialed: those answered, and the others on top. */
export function hoursPlot(results) {
  const groups = results.groups.slice(-24);
  if (!groups.length) return null;
  const [height, base] = [110, 90];
  const most = Math.max(...groups.map((group) => group.ended), 1);
  const step = WIDTH / Math.max(groups.length, 8);
  const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const bars = groups.map((group, n) => {
    const [all, good] = [(base * group.ended) / most, (base * group.answered) / most];
    const x = n * step;
    const told = `${hour.format(new Date(group.value))}: ${number(group.ended)} calls, ${number(group.answered)} answered`;
    return s(
      "g",
      {},
      s("title", {}, told),
      s("rect", { x: x + 2, y: base - all, width: step - 4, height: all - good, class: "o-no_answer" }),
      s("rect", { x: x + 2, y: base - good, width: step - 4, height: good, class: "o-answered" }),
      groups.length <= 12 || n % 3 === 0 ? s("text", { x: x + step / 2, y: height - 4, "text-anchor": "middle" }, hour.format(new Date(group.value))) : null,
    );
  });
  const plot = s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `Calls by hour; at most ${number(most)} in one, the last hour had ${number(groups.at(-1).ended)}, ${number(groups.at(-1).answered)} answered` }, bars);
  return [h("h3", {}, "By hour, answered and others"), plot];
}
