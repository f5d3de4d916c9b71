// How values read.

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const NUMBER = new Intl.NumberFormat();

export const number = (value) => NUMBER.format(value);
export const date = (value) => (value ? DATE.format(new Date(value)) : "–");
export const clock = (value) => (value ? CLOCK.format(new Date(value)) : "–");
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");
/** So many of what there may be one of. */
export const amount = (value, what) => `${number(value)} ${what}${value === 1 ? "" : "s"}`;
export const words = (code) => code.replaceAll("_", " ");
export const sentence = (code) => words(code).replace(/^./, (first) => first.toUpperCase());

/** Seconds as 1:05. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The order in which outcomes are shown, and what they are. */
export const OUTCOMES = [
  "answered", "no_answer", "busy", "rejected", "unallocated", "congestion", "trunk_fault", "failed", "abandoned",
  "cancelled", "withdrawn", "not_dialed", "indeterminate",
];

export const CONTACTS = ["done", "in_call", "ready", "waiting"];
export const CONTACT_WORDS = { done: "Done", in_call: "In a call", ready: "Due", waiting: "Waiting" };

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A calling window as a person says it. */
export function windowOf(given) {
  const days = [...given.days].sort((a, b) => a - b);
  const named = days.length === 7 ? "every day" : days.map((day) => DAYS[day - 1]).join(", ");
  return `${given.start}–${given.end}, ${named}`;
}

export { DAYS };
