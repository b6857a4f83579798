// What the page asks the server: a message's reply, and what a person has written meanwhile. A message goes out again, with the same
// id, until it is answered or refused; waits grow, and the network's return or the server's Retry-After is heeded.
import { newId, type Conversation, type Entry } from "./conversation";

export type Trouble = "offline" | "busy" | null;
type Answer = { status: number; retryMs: number; body: any };

const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 15000];
const RETRY_MOST_MS = 30000;
const DEADLINE_MS = 20000;

// status 0: no answer came.
async function ask(path: string, secret: string, message?: object): Promise<Answer> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), DEADLINE_MS);
  const headers: Record<string, string> = { Authorization: `Bearer ${secret}` };
  if (message) headers["Content-Type"] = "application/json";
  try {
    const reply = await fetch(path, {
      method: message ? "POST" : "GET", headers, body: message && JSON.stringify(message), signal: stop.signal, credentials: "omit", cache: "no-store",
    });
    const retryMs = Math.min(Number(reply.headers.get("Retry-After")) * 1000 || 0, RETRY_MOST_MS);
    return { status: reply.status, retryMs, body: reply.ok ? await reply.json() : null };
  } catch {
    return { status: 0, retryMs: 0, body: null };
  } finally {
    clearTimeout(timer);
  }
}

// Ends early when the network comes back.
const pause = (ms: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });

const isPassing = (status: number) => status === 0 || status === 408 || status === 429 || status >= 500;

export type Sent = { state: "done"; reply: Entry | null; handoff: string } | { state: "failed" | "refused" };

export async function send(conversation: Conversation, id: string, text: string, tell: (trouble: Trouble) => void): Promise<Sent> {
  for (let attempt = 0; ; ) {
    const { status, retryMs, body } = await ask("/chat/turns", conversation.secret, { message_id: id, text });
    if (status === 200) {
      tell(null);
      const said = String(body.reply.text ?? "");
      const { choices = [], citations = [] } = body.reply;
      const reply: Entry = { kind: "reply", id: `${id}-reply`, text: said, choices, citations, generated: body.generated === true };
      return { state: "done", reply: said.trim() ? reply : null, handoff: String(body.handoff ?? "none") };
    }
    if (!isPassing(status)) {
      tell(null);
      return { state: "refused" };
    }
    const wait = WAITS_MS[attempt];
    if (wait === undefined) return { state: "failed" };
    tell(status === 0 ? "offline" : "busy");
    await pause(Math.max(wait, retryMs));
    if (navigator.onLine) attempt++; // without a network nothing has been tried
  }
}

const SILENCE_MS = 40000; // the server gives a sign of life every 15 seconds

// Calls `onNews` whenever something has happened, for as long as the server tells it; true when that went well to the end. An
// EventSource cannot send the secret but in its address, which ends up in logs.
export async function follow(conversation: Conversation, ends: AbortSignal, onNews: () => void): Promise<boolean> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  ends.addEventListener("abort", abort);
  let timer = setTimeout(abort, SILENCE_MS);
  try {
    const headers = { Authorization: `Bearer ${conversation.secret}` };
    const path = `/chat/events?after=${conversation.last}`;
    const reply = await fetch(path, { headers, signal: stop.signal, credentials: "omit", cache: "no-store" });
    if (!reply.ok || !reply.body) return false;
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    onNews(); // what came before it was followed
    for (let left = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return true;
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_MS);
      const blocks = (left + value).split("\n\n");
      left = blocks.pop() ?? "";
      if (blocks.some((block) => block.startsWith("id:"))) onNews();
    }
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    stop.abort();
    ends.removeEventListener("abort", abort);
  }
}

// What has come since the last time. False: it could not be asked.
export async function listen(conversation: Conversation): Promise<boolean> {
  const { status, body } = await ask(`/chat/messages?after=${conversation.last}`, conversation.secret);
  if (status !== 200) return false;
  for (const event of body.messages) {
    if (event.kind === "agent") conversation.entries.push({ kind: "agent", id: `event-${event.number}`, text: String(event.text ?? "") });
    else if (event.kind === "claimed" || event.kind === "returned" || event.kind === "closed")
      conversation.entries.push({ kind: "note", id: newId(), text: event.kind });
  }
  conversation.last = Number(body.last) || conversation.last;
  conversation.handoff = String(body.handoff ?? "none");
  return true;
}
