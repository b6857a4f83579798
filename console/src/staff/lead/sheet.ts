// A table as a file for spreadsheets: with a byte order mark, or Korean is shown as rubbish, and nothing in it runs as a formula.
import { get, piece } from "../api";
import { gather, type Parameters, type Turn } from "./data";

const cell = (value: unknown): string => {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^['\s]*[=+\-@]/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

export function save(name: string, text: BlobPart | BlobPart[], type = "text/csv;charset=utf-8"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(Array.isArray(text) ? text : [text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const lines = (rows: unknown[][]): string => rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
export const sheet = (columns: string[], rows: unknown[][]): string => "\ufeff" + lines([columns, ...rows]);
const turnColumns = ["turn", "at", "conversation", "channel", "route", "intent", "confidence", "message", "reply", "reason", "answer", "release", "took_us", "marked", "how"];
const turnLines = (turns: Turn[]): string =>
  lines(turns.map((turn) => [turn.id, turn.at, turn.conversation, turn.channel, turn.route, turn.intent, turn.confidence, turn.message, turn.reply, turn.reason, turn.answer, turn.release, turn.took_us, turn.wrong ? "wrong" : "", turn.how ?? ""]));

// Every turn of a list, from its beginning, piece by piece: as sheets of the server's where it has them, else made here. `told` hears how
// many there are so far. The pieces are kept as the browser keeps files, not as one text.
export async function saveTurns(path: string, parameters: Parameters, name: string, told: (rows: number) => void, signal: AbortSignal): Promise<number> {
  const parts: Blob[] = [];
  let rows = 0;
  if (path === "/api/turns") {
    for (let next: string | null = ""; next !== null && !signal.aborted; told(rows)) {
      const one: Awaited<ReturnType<typeof piece>> = await piece("/api/turns.csv", { ...parameters, after: next }, { signal });
      parts.push(new Blob([parts.length === 0 ? "\ufeff" + one.text.replace(/^\ufeff/, "") : one.text]));
      rows += one.rows;
      next = one.next;
    }
  } else {
    parts.push(new Blob([sheet(turnColumns, [])]));
    await gather<Turn>(path, { ...parameters, limit: 200 }, null, Infinity, (one) => {
      parts.push(new Blob([turnLines(one.rows)]));
      told((rows += one.rows.length));
    }, signal);
  }
  if (!signal.aborted) save(name, parts);
  return rows;
}

// A sheet that the server writes.
export async function download(path: string, parameters: Record<string, string | undefined>, name: string): Promise<void> {
  save(name, "\ufeff" + String(await get(path, parameters)).replace(/^\ufeff/, ""));
}
