// The rows of the grid: a page is asked for when it comes into sight, and what becomes of drafts is put in their place.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { sameFields, type Fields, type Row, type Told } from "./data";
import { keyOf, onUnsaved, unsaved } from "./unsaved";

export const PAGE = 100;
export type Asked = { kind: string; q: string; intent: string; draft: string };

export const keyOfRow = (row: Row): string => keyOf(row.kind, row.id);
// What the writer would see: what waits to be kept, else the draft, else the row.
export function shownOf(row: Row): Fields {
  const waits = unsaved(row.kind, row.id);
  return (waits?.to && waits.to.fields) || (row.draft && row.draft.fields) || row.fields;
}
export const isStale = (row: Row): boolean => !!row.draft && row.draft.base !== row.base;
// A draft that says what the row says already is none.
export const draftOrNone = (row: Row, base: string, fields: Fields) => (row.revision && base === row.base && sameFields(row.kind, fields, row.fields) ? null : { base, fields });

export function useRows(asked: Asked, me: string) {
  const held = useRef({ words: "", total: -1, pages: new Map<number, Row[]>(), places: new Map<string, number>(), asking: new Set<number>(), turn: 0 });
  const [state, set] = useState({ error: "", busy: true, count: 0 });
  const redraw = () => set((was) => ({ ...was, count: was.count + 1 }));
  const words = JSON.stringify(asked);

  const page = async (at: number): Promise<void> => {
    const now = held.current, turn = now.turn;
    if (now.asking.has(at)) return;
    now.asking.add(at);
    set((was) => ({ ...was, busy: true }));
    try {
      const { kind, q, intent, draft } = asked;
      const told = await get<{ rows: Row[]; total: number }>("/api/rows", { kind: kind === "all" ? "" : kind, q, intent, draft, after: at * PAGE, limit: PAGE });
      if (held.current.turn !== turn) return;
      if (at === 0) { now.pages = new Map(); now.places = new Map(); } // it begins anew; what was shown stayed until now
      now.pages.set(at, told.rows);
      told.rows.forEach((row, i) => now.places.set(keyOfRow(row), at * PAGE + i));
      now.total = told.total;
      now.words = words;
      set((was) => ({ error: "", busy: false, count: was.count + 1 }));
    } catch (failure) {
      if (held.current.turn === turn) set((was) => ({ ...was, busy: false, error: (failure as Error).message }));
    } finally {
      if (held.current.turn === turn) now.asking.delete(at);
    }
  };
  useEffect(() => {
    const now = held.current;
    now.turn++;
    now.asking.clear();
    const timer = setTimeout(() => void page(0), now.total < 0 ? 0 : 120);
    return () => clearTimeout(timer);
  }, [words]);

  const at = (index: number): Row | undefined => held.current.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  useEffect(() => {
    if (!state.error) return;
    const again = () => { set((was) => ({ ...was, error: "" })); if (held.current.total < 0) void page(0); };
    addEventListener("paring:signed-in", again);
    addEventListener("online", again);
    return () => { removeEventListener("paring:signed-in", again); removeEventListener("online", again); };
  }, [state.error, words]);
  const find = (key: string): Row | undefined => {
    const place = held.current.places.get(key);
    return place === undefined ? undefined : at(place);
  };
  const see = (first: number, last: number) => {
    const now = held.current;
    if (now.total <= 0 || now.words !== words) return;
    for (let p = Math.floor(first / PAGE); p <= Math.floor(Math.min(last, now.total - 1) / PAGE); p++) if (!now.pages.has(p)) void page(p);
  };
  const all = async (): Promise<Row[]> => {
    const pages = Math.ceil(held.current.total / PAGE);
    for (let p = 0; p < pages; p++) if (!held.current.pages.has(p)) await page(p);
    return Array.from({ length: held.current.total }, (_, i) => at(i)).filter((row): row is Row => !!row);
  };
  const put = (told: Told[]) => {
    for (const one of told) {
      const place = held.current.places.get(keyOf(one.kind, one.id));
      const row = place === undefined ? undefined : at(place);
      if (!row) continue;
      const draft = one.stamp && one.after ? { ...one.after, stamp: one.stamp, changed_at: new Date().toISOString(), review: row.draft?.review ?? null } : null;
      const names = row.drafts.filter((name) => name !== me);
      const next: Row = { ...row, draft, drafts: draft ? [...names, me] : names };
      if (one.row) Object.assign(next, { base: one.row.base, revision: one.row.revision, fields: one.row.fields, changed_by: one.row.changed_by, changed_at: one.row.changed_at });
      else if (!row.revision && draft?.fields) next.fields = draft.fields;
      held.current.pages.get(Math.floor(place! / PAGE))![place! % PAGE] = next;
    }
    redraw();
  };
  useEffect(() => onUnsaved((told) => { if (told) put([told]); else redraw(); }), []);
  return { total: Math.max(0, held.current.total), isLoaded: held.current.total >= 0, ...state, at, find, see, all, put, again: () => { held.current.turn++; held.current.asking.clear(); void page(0); } };
}
