// Requests as the user who is logged in.

import { Problem, forget, me, reach, refresh, token } from "./session.js";

export { Problem };

let onSessionOver = () => {};

/** What to do when the log-in is over: called once for it. */
export function whenSessionIsOver(handler) {
  onSessionOver = handler;
}

function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A request with a good token; one that has run out meanwhile is exchanged, and the request is sent again. */
export async function send(path, options = {}) {
  const attempt = async () =>
    reach(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${await token()}` } });
  try {
    let answer = await attempt();
    if (answer.status === 401) {
      await refresh();
      answer = await attempt();
    }
    if (!answer.ok) throw await Problem.of(answer);
    return answer;
  } catch (error) {
    if (error instanceof Problem && error.status === 401 && me()) {
      forget();
      onSessionOver();
    }
    throw error;
  }
}

async function json(method, path, body, headers = {}) {
  const options = { method, headers: { ...headers } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await send(path, options);
  return answer.status === 204 ? null : answer.json();
}

export const get = (path) => json("GET", path);
export const put = (path, body) => json("PUT", path, body);
export const remove = (path) => json("DELETE", path);
export const post = (path, body) => json("POST", path, body);

/** POST what is to be made once, however often it has to be sent. */
export const create = (path, body) => json("POST", path, body, { "Idempotency-Key": key() });

/** All items of a list, page by page, up to `most`. */
export async function all(path, most = 2000) {
  const items = [];
  let cursor = null;
  do {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

// What kind of file it is, the API sees from its first bytes; what a browser says of it goes by its name.
async function sendFile(path, file, headers) {
  const kind = { "Content-Type": "application/octet-stream" };
  return (await send(path, { method: "POST", headers: { ...headers, ...kind }, body: file })).json();
}

/** Send a file as the body, to be stored once. */
export const upload = (path, file) => sendFile(path, file, { "Idempotency-Key": key() });

/** Send a file as the body, to be looked at. */
export const dryRun = (path, file) => sendFile(path, file, {});

/** Save what a GET answers as a file. */
export async function save(path, name) {
  const url = URL.createObjectURL(await (await send(path)).blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
