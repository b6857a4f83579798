// Every edit of this session, to be undone and done again. Undoing is a call like any other: the draft goes back to what it said before, but
// only if it still says what this edit left; what somebody wrote since stays.
import { Failure, post } from "../api";
import { say, type Words } from "../words";
import type { State, Told } from "./data";
import { itemOf } from "./unsaved";

export type Change = { kind: string; id: string; stamp: string; to: { base: string; fields: Record<string, string> | null } | null };
type Step = { kind: string; id: string; before: State; after: State };
export type Edit = { label: Words; steps: Step[] };

const AT_ONCE = 100, MOST = 200;
let owner = "";
let done: Edit[] = [], undone: Edit[] = [];
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
export const onEdits = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
export function editsBegin(name: string): void {
  if (owner !== name) done = undone = [];
  owner = name;
}
export const lastDone = (): Edit | undefined => done[done.length - 1];
export const lastUndone = (): Edit | undefined => undone[undone.length - 1];

export const stepOf = (told: Told): Step => ({ kind: told.kind, id: told.id, before: told.before, after: told.after });
export function record(label: Words, steps: Step[]): void {
  const real = steps.filter((step) => step.before?.stamp !== step.after?.stamp);
  if (!real.length) return;
  done = [...done.slice(1 - MOST), { label, steps: real }];
  undone = [];
  tell();
}

// One after another: the second is on top of what the first has left.
let queue: Promise<unknown> = Promise.resolve();
export function inLine<T>(work: () => Promise<T>): Promise<T> {
  const next = queue.then(work, work);
  queue = next.catch(() => {});
  return next;
}

// A hundred at once; each hundred is kept whole or not at all. `each` is told of what is kept as it is.
export async function put(changes: Change[], each: (told: Told[], count: number) => void = () => {}, as = owner): Promise<Told[]> {
  const all: Told[] = [];
  for (let at = 0; at < changes.length; at += AT_ONCE) {
    const some = changes.slice(at, at + AT_ONCE);
    const { rows } = await post<{ rows: Told[] }>("/api/drafts/many", { drafts: some.map((one) => itemOf(one.kind, one.id, one.stamp, one.to)) }, { as });
    rows.forEach((told, i) => { told.after = some[i]!.to && { ...some[i]!.to!, stamp: told.stamp }; });
    all.push(...rows);
    each(rows, all.length);
  }
  return all;
}

export class Changed extends Error {
  constructor(readonly left: { kind: string; id: string }[], readonly others: number) {
    super(say({ ko: "그 뒤에 다른 창에서 고쳤거나 승인된 행이 있습니다.", en: "Rows were changed in another window, or approved, since." }));
  }
}

// `passes`: rows that have changed since are left as they are. Throws Changed with those, and nothing is done.
async function turn(from: "done" | "undone", passes: Set<string>, each: (told: Told[]) => void): Promise<Edit | null> {
  const edit = from === "done" ? lastDone() : lastUndone();
  if (!edit) return null;
  const steps = edit.steps.filter((step) => !passes.has(`${step.kind} ${step.id}`));
  const goes = (step: Step): Change => {
    const [now, to] = from === "done" ? [step.after, step.before] : [step.before, step.after];
    return { kind: step.kind, id: step.id, stamp: now?.stamp ?? "", to };
  };
  let kept = 0;
  try {
    await put(steps.map(goes), (told, count) => { kept = count; each(told); });
  } catch (failure) {
    if (kept) { // what is done is done: it can be done again, and the rest is still to be undone
      const [first, rest] = [{ ...edit, steps: steps.slice(0, kept) }, { ...edit, steps: steps.slice(kept) }];
      if (from === "done") { done = [...done.slice(0, -1), rest]; undone = [...undone, first]; } else { undone = [...undone.slice(0, -1), rest]; done = [...done, first]; }
      tell();
    }
    if (failure instanceof Failure && failure.status === 409 && failure.body?.rows) throw new Changed(failure.body.rows, steps.length - kept - failure.body.rows.length);
    throw failure;
  }
  const moved = { ...edit, steps };
  if (from === "done") { done = done.slice(0, -1); if (steps.length) undone = [...undone, moved]; } else { undone = undone.slice(0, -1); if (steps.length) done = [...done, moved]; }
  tell();
  return moved;
}
export const undo = (passes: Set<string>, each: (told: Told[]) => void) => inLine(() => turn("done", passes, each));
export const redo = (passes: Set<string>, each: (told: Told[]) => void) => inLine(() => turn("undone", passes, each));
