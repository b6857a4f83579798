// The conversation: what has been said, what is under way, and its secret. It lives in sessionStorage, so that a reload keeps it
// and closing the tab forgets it: the next person at a shared computer sees nothing. A message keeps its id until it is
// answered, however often it is sent, over a reload too; the server answers an id once.
export type Citation = { document: string; title: string | null; heading: string | null; effective_from: string | null; quote?: string };
export type State = "waiting" | "failed" | "refused" | "done";
export type Note = "waiting" | "claimed" | "returned" | "closed";
export type Entry =
  | { kind: "mine"; id: string; text: string; state: State }
  | { kind: "reply"; id: string; text: string; choices: string[]; citations: Citation[]; generated: boolean }
  | { kind: "agent"; id: string; text: string }
  | { kind: "note"; id: string; text: Note };
export type Conversation = { secret: string; entries: Entry[]; handoff: string; last: number };

const KEY = "paring.chat.2";
const ENTRIES = 200; // kept; older ones are forgotten here, not in the journal

// 32 letters, 128 bits: whoever has them has the conversation.
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}

export const fresh = (): Conversation => ({ secret: newId(), entries: [], handoff: "none", last: 0 });

export function load(): Conversation {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (kept && typeof kept.secret === "string" && Array.isArray(kept.entries)) return kept;
  } catch {
    // No storage, or not ours: it begins anew.
  }
  return fresh();
}

export function keep(conversation: Conversation): void {
  conversation.entries = conversation.entries.slice(-ENTRIES);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(conversation));
  } catch {
    // Full or forbidden: the page goes on, a reload begins anew.
  }
}

// Code points, as the server counts.
export const length = (text: string): number => Array.from(text).length;

export const hasPerson = (conversation: Conversation): boolean => conversation.handoff === "waiting" || conversation.handoff === "claimed";
