// What could not be kept: the server was out of reach, or the session had ended. It stays in this browser, under the name of who typed it,
// and is sent again until it is kept; only over the draft that it was begun on, so nothing is written over.
import { Failure, post, signedInAs } from "../api";
import type { Fields, State, Told } from "./data";

export type Waiting = { kind: string; id: string; to: { base: string; fields: Fields | null } | null; stamp: string; conflict?: State };

const EVERY_MS = 4000;
let who = "";
let waiting = new Map<string, Waiting>();
const held = new Set<string>(); // an open editor sends these itself
const listeners = new Set<(told: Told | null) => void>();
const tell = (told: Told | null) => listeners.forEach((listener) => listener(told));
export const keyOf = (kind: string, id: string): string => `${kind} ${id}`;
const place = () => `paring.unsaved.${who}`;

function store(): void {
  try {
    if (waiting.size) localStorage.setItem(place(), JSON.stringify([...waiting.values()]));
    else localStorage.removeItem(place());
  } catch {
    // full, or not allowed: then it waits in this page alone
  }
  tell(null);
}

// Whoever signs in sees their own.
export function unsavedBegin(name: string): void {
  if (name === who) return;
  who = name;
  waiting = new Map();
  try {
    for (const one of JSON.parse(localStorage.getItem(place()) ?? "[]") as Waiting[]) waiting.set(keyOf(one.kind, one.id), one);
  } catch {
    // nothing that could be read
  }
}

export const unsaved = (kind: string, id: string): Waiting | undefined => waiting.get(keyOf(kind, id));
export const unsavedCount = (): number => waiting.size;
export function unsavedPut(one: Waiting, name = who): void {
  if (name !== who) { // it is of somebody who is not here any more
    try {
      const theirs = (JSON.parse(localStorage.getItem(`paring.unsaved.${name}`) ?? "[]") as Waiting[]).filter((other) => keyOf(other.kind, other.id) !== keyOf(one.kind, one.id));
      localStorage.setItem(`paring.unsaved.${name}`, JSON.stringify([...theirs, one]));
    } catch {
      // no room for it
    }
    return;
  }
  waiting.set(keyOf(one.kind, one.id), one);
  store();
}
export function unsavedDrop(kind: string, id: string): void {
  if (waiting.delete(keyOf(kind, id))) store();
}
export function unsavedHold(kind: string, id: string): () => void {
  held.add(keyOf(kind, id));
  return () => void held.delete(keyOf(kind, id));
}
// `told`: what has just been kept after all; null: the list has changed.
export function onUnsaved(listener: (told: Told | null) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
export const mayTryAgain = (failure: unknown): boolean => failure instanceof Failure && (failure.status === 0 || failure.status === 401 || failure.status >= 500);

export const itemOf = (kind: string, id: string, stamp: string, to: { base: string; fields: Fields | null } | null) =>
  to ? { kind, id, stamp, base: to.base, fields: to.fields } : { kind, id, stamp, discards: true };

let busy = false;
async function again(): Promise<void> {
  if (busy || !who || who !== signedInAs()) return;
  busy = true;
  for (const one of [...waiting.values()]) {
    if (one.conflict !== undefined || held.has(keyOf(one.kind, one.id))) continue;
    try {
      const { rows } = await post<{ rows: Told[] }>("/api/drafts/many", { drafts: [itemOf(one.kind, one.id, one.stamp, one.to)] }, { as: who });
      if (waiting.get(keyOf(one.kind, one.id)) === one) unsavedDrop(one.kind, one.id);
      tell({ ...rows[0]!, after: one.to && { ...one.to, stamp: rows[0]!.stamp } });
    } catch (failure) {
      if (failure instanceof Failure && failure.status === 409) unsavedPut({ ...one, conflict: failure.body?.rows?.[0]?.draft ?? null });
      else break;
    }
  }
  busy = false;
}
setInterval(() => waiting.size && void again(), EVERY_MS);
addEventListener("online", () => void again());
addEventListener("paring:signed-in", () => void again());
addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });
