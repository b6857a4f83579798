// What ids of entities and predicates are called, for lists that have only the ids. More than the first pages are told by their ids.
import { get } from "../api";
import { useLoaded } from "../ui";
import type { Row } from "./data";

export type Names = { entities: Row[]; predicates: Row[]; entity: (id: string) => string; predicate: (name: string) => string };
const none: Names = { entities: [], predicates: [], entity: (id) => id, predicate: (name) => name };

export function useNames(wanted: boolean): Names {
  const { value } = useLoaded(async (signal) => {
    if (!wanted) return none;
    const [entities, more, predicates] = await Promise.all([["entities", 0], ["entities", 200], ["predicates", 0]].map(([kind, after]) => get<{ rows: Row[] }>("/api/rows", { kind, after, limit: 200 }, { signal })));
    const all = [...entities!.rows, ...more!.rows];
    const names = new Map(all.map((row) => [row.id, row.fields.name ?? ""])), titles = new Map(predicates!.rows.map((row) => [row.id, row.fields.title ?? ""]));
    return { entities: all, predicates: predicates!.rows, entity: (id: string) => names.get(id) || id, predicate: (name: string) => titles.get(name) || name };
  }, [wanted]);
  return value ?? none;
}
