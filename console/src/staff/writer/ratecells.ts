// A rate table as a grid: which row stands in which cell on a day, and which drafts a change of cells makes. Nothing here talks to anybody.
import type { Fields } from "./data";
import { keysOf, pairsText } from "./factwords";

export type Rate = { id: string; base: string; row: Fields | null; fields: Fields | null; is_draft: boolean; is_unfit: boolean };
export type Cell = { keys: string; rates: Rate[] }; // rates: in force on the day; two contradict each other
export type Grid = { keyNames: string[]; across: string; columns: string[]; rows: [string, string][][]; cells: Cell[][] };
export type Draft = { id: string; base: string; fields: Fields | null };

const holds = (fields: Fields, day: string): boolean => (!fields.effective_from || fields.effective_from <= day) && (!fields.effective_to || fields.effective_to >= day);
const inOrder = (a: string, b: string): number => (/^\d/.test(a) && /^\d/.test(b) ? parseFloat(a) - parseFloat(b) || a.localeCompare(b) : a.localeCompare(b));
const sorted = (keys: string): string => pairsText(keysOf(keys).sort((a, b) => (a[0] < b[0] ? -1 : 1)));

// `added`: keys that somebody wants a place for, though no row has them yet.
export function gridOf(rates: Rate[], day: string, wanted: string, added: string[]): Grid {
  const live = rates.filter((rate) => rate.fields && holds(rate.fields, day));
  const all = [...rates.filter((rate) => rate.fields).map((rate) => rate.fields!.keys ?? ""), ...added].map(keysOf);
  const keyNames: string[] = [];
  for (const pairs of all) for (const [key] of pairs) if (!keyNames.includes(key)) keyNames.push(key);
  const valuesOf = (key: string) => [...new Set(all.map((pairs) => pairs.find(([name]) => name === key)?.[1]).filter((one): one is string => one !== undefined))].sort(inOrder);
  const few = [...keyNames].reverse().sort((a, b) => valuesOf(a).length - valuesOf(b).length).find((key) => valuesOf(key).length > 1);
  const across = keyNames.includes(wanted) ? wanted : keyNames.length > 1 ? few ?? keyNames[keyNames.length - 1]! : "";
  const columns = across ? valuesOf(across) : [""];
  const rowKeys = keyNames.filter((key) => key !== across);
  const combos = new Map<string, [string, string][]>();
  for (const pairs of all) {
    const row = rowKeys.map((key): [string, string] => [key, pairs.find(([name]) => name === key)?.[1] ?? ""]).filter(([, value]) => value !== "");
    combos.set(pairsText(row), row);
  }
  const rows = [...combos.values()].sort((a, b) => {
    for (const key of rowKeys) {
      const order = inOrder(a.find(([name]) => name === key)?.[1] ?? "", b.find(([name]) => name === key)?.[1] ?? "");
      if (order) return order;
    }
    return 0;
  });
  const by = new Map<string, Rate[]>();
  for (const rate of live) by.set(sorted(rate.fields!.keys ?? ""), [...(by.get(sorted(rate.fields!.keys ?? "")) ?? []), rate]);
  const cells = rows.map((row) => columns.map((column) => {
    const pairs = keyNames.map((key): [string, string] => (key === across ? [key, column] : row.find(([name]) => name === key) ?? [key, ""])).filter(([, value]) => value !== "");
    const keys = pairsText(pairs);
    return { keys, rates: by.get(sorted(keys)) ?? [] };
  }));
  return { keyNames, across, columns, rows, cells };
}

// What most rows of the table have: a new cell takes it over.
export function usual(rates: Rate[], day: string): Fields {
  const count = new Map<string, number>();
  let best = "", most = 0;
  for (const rate of rates) {
    if (!rate.fields || !holds(rate.fields, day)) continue;
    const { unit = "", effective_from = "", effective_to = "", source = "" } = rate.fields;
    const key = JSON.stringify({ unit, effective_from, effective_to, source });
    const n = (count.get(key) ?? 0) + 1;
    count.set(key, n);
    if (n > most) [best, most] = [key, n];
  }
  return best ? JSON.parse(best) : { unit: "", effective_from: day, effective_to: "", source: "" };
}

export function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

// The drafts that give a cell a value: a correction of its row, or from a day on a new row, the one there being ended the day before.
export function draftsFor(table: string, cell: Cell, value: string, from: string, model: Fields): Draft[] {
  const rate = cell.rates[0];
  if (!rate?.fields) return value === "" ? [] : [{ id: "", base: "", fields: { id: "", rate_table: table, keys: cell.keys, value, ...model, ...(from ? { effective_from: from, effective_to: "" } : {}) } }];
  if ((rate.fields.value ?? "") === value) return [];
  const isLater = from && (rate.fields.effective_from ?? "") < from;
  if (!isLater) return [{ id: rate.id, base: rate.base, fields: value === "" ? null : { ...rate.fields, value } }];
  const ended = { id: rate.id, base: rate.base, fields: { ...rate.fields, effective_to: dayBefore(from) } };
  return value === "" ? [ended] : [ended, { id: "", base: "", fields: { ...rate.fields, id: "", value, effective_from: from } }];
}

// A block out of a spreadsheet: tabs between cells, lines between rows, quotes around what holds either.
export function blockOf(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "", quoted = false;
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if (quoted && c === '"' && body[i + 1] === '"') { cell += '"'; i++; }
    else if (quoted && c === '"') quoted = false;
    else if (!quoted && c === '"' && cell === "") quoted = true;
    else if (!quoted && (c === "\t" || c === "\n")) {
      rows[rows.length - 1]!.push(cell);
      cell = "";
      if (c === "\n") rows.push([]);
    } else cell += c;
  }
  rows[rows.length - 1]!.push(cell);
  return rows;
}

// 42,000원 as spreadsheets show it is 42000.
export function plain(value: string, unit: string): string {
  let text = value.trim();
  if (unit && text.endsWith(unit)) text = text.slice(0, -unit.length).trim();
  return /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replace(/,/g, "") : text;
}

const columns = ["id", "rate_table", "keys", "value", "unit", "effective_from", "effective_to", "source"];
// The rows as an export of the rates has them, so that they come back the workbook's way.
export function sheetOf(drafts: Draft[]): string {
  const field = (text: string) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = drafts.filter((draft) => draft.fields).map((draft) => [...columns.map((column) => (column === "id" ? draft.id : draft.fields![column] ?? "")), draft.base].map(field).join(","));
  return [[...columns, "base_revision"].join(","), ...lines, ""].join("\n");
}
