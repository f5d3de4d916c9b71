// Who is logged in, and their tokens.
//
// The access token, good for minutes, is kept in memory only. The refresh token is in sessionStorage: a reload keeps the
// log-in, and it ends with the tab. Neither is in a cookie (nothing is sent by itself, so nobody can forge a request) nor
// in localStorage (nothing outlives the tab). What could read them is a script of somebody else's on this page, and
// the Content-Security-Policy lets none run.

const KEPT = "dialer.refresh_token";
const EARLY_SECONDS = 30;
const LOCK_MS = 3000;

let access = null;
let goodUntil = 0;
let pending = null;
let user = null;

const claims = (token) => JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));

/** The user who is logged in: username and role; null: nobody. */
export const me = () => user;
export const may = (role) => ["viewer", "manager", "admin"].indexOf(user?.role) >= ["viewer", "manager", "admin"].indexOf(role);

/** A problem as the API tells it (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The API answered ${status}.`);
    Object.assign(this, { status, title: body.title, code: body.code, errors: body.errors ?? [], body });
  }

  static async of(answer) {
    const isProblem = answer.headers.get("Content-Type")?.includes("json");
    return new Problem(answer.status, isProblem ? await answer.json() : { title: "The answer can't be read" });
  }
}

/** Fetch, with a network that is away told as a problem. */
export async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { title: "No connection", code: "no_connection", detail: "The dialer can't be reached. Nothing was changed that an answer hasn't confirmed." });
  }
}

async function post(path, body) {
  const answer = await reach(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw await Problem.of(answer);
  return answer.json();
}

// A duplicated tab has a copy of the refresh token, and a token that is used twice ends the log-in for both. So each tab
// holds a lock of its log-in's name while it lives. A reload waits for the page before it to let go.
function own(sessionId) {
  if (!navigator.locks) return Promise.resolve(true); // plain http from another machine: the browser has none
  return new Promise((resolve) => {
    const request = { signal: AbortSignal.timeout(LOCK_MS) };
    navigator.locks
      .request(`dialer-${sessionId}`, request, () => new Promise(() => resolve(true)))
      .catch(() => resolve(false));
  });
}

function keep(tokens) {
  access = tokens.access_token;
  goodUntil = Date.now() + (tokens.expires_in - EARLY_SECONDS) * 1000;
  sessionStorage.setItem(KEPT, tokens.refresh_token);
}

/** Forget everything of the log-in here. */
export function forget() {
  access = user = null;
  sessionStorage.removeItem(KEPT);
}

async function exchange() {
  const kept = sessionStorage.getItem(KEPT);
  if (!kept) throw new Problem(401, { title: "Not logged in", code: "token_invalid", detail: "Log in to go on." });
  keep(await post("/v1/auth/refresh", { refresh_token: kept }));
}

/** Exchange the tokens for new ones, once however many ask. */
export function refresh() {
  pending ??= exchange().finally(() => { pending = null; });
  return pending;
}

/** A token that is good for a while yet. */
export async function token() {
  if (!access || Date.now() > goodUntil) await refresh();
  return access;
}

async function learn() {
  const answer = await reach("/v1/auth/me", { headers: { Authorization: `Bearer ${access}` } });
  if (!answer.ok) throw await Problem.of(answer);
  user = await answer.json();
}

export async function logIn(username, password) {
  keep(await post("/v1/auth/login", { username, password }));
  await own(claims(access).sid);
  await learn();
}

/** Go on with the log-in that this tab had before a reload; whether there is one. */
export async function goOn() {
  const kept = sessionStorage.getItem(KEPT);
  if (!kept) return false;
  if (!(await own(claims(kept).sid))) {
    forget();
    return false;
  }
  try {
    await refresh();
    await learn();
    return true;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    forget();
    return false;
  }
}

export async function logOut() {
  try {
    await reach("/v1/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${await token()}` } });
  } finally {
    forget();
  }
}
