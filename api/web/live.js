// The live stream of a campaign. EventSource can't send a token, so it is read with fetch.

import { Problem, send } from "./api.js";

const QUIET_MS = 45000; // the API sends a comment every 15 s

/** Events of a body of server-sent events. */
async function* events(body, onBytes) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onBytes();
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const event = { name: "message", data: "", id: null };
      for (const line of text.slice(0, end).split("\n")) {
        const at = line.indexOf(":");
        const [field, given] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
        if (field === "event") event.name = given;
        else if (field === "data") event.data += given;
        else if (field === "id") event.id = given;
      }
      text = text.slice(end + 2);
      if (event.data) yield event;
    }
  }
}

/**
 * Follow a campaign until `stop()` of the result. It comes again by itself, from where it was.
 *
 * handlers: `stats`, `call`, `missed` (the past can't be gone on from: read it again), `state` (live, waiting or refused).
 */
export function follow(campaignId, handlers) {
  let lastId = null;
  let stopped = false;
  let abort = null;

  async function once() {
    abort = new AbortController();
    let quiet = null;
    const alive = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => abort.abort(), QUIET_MS);
    };
    try {
      const headers = lastId ? { "Last-Event-ID": lastId } : {};
      const answer = await send(`/v1/campaigns/${campaignId}/events`, { headers, signal: abort.signal, cache: "no-store" });
      alive();
      for await (const event of events(answer.body, alive)) {
        lastId = event.id ?? lastId;
        const data = JSON.parse(event.data);
        if (event.name === "open") {
          handlers.state("live");
          if (data.resumed === false) handlers.missed();
        } else if (event.name === "end") return;
        else handlers[event.name]?.(data);
      }
    } finally {
      clearTimeout(quiet);
    }
  }

  (async () => {
    while (!stopped) {
      let wait = 1000;
      try {
        await once();
      } catch (error) {
        if (error instanceof Problem && [401, 403, 404].includes(error.status)) return handlers.state("refused");
        wait = error instanceof Problem && error.status === 429 ? 5000 : 3000;
      }
      if (stopped) return undefined;
      handlers.state("waiting");
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return undefined;
  })();

  return { stop() { stopped = true; abort?.abort(); } };
}
