// A table as a file for spreadsheets: with a byte order mark, or Korean is shown as rubbish, and nothing in it runs as a formula.
import { get } from "../api";
import type { Turn } from "./data";

const cell = (value: unknown): string => {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^['\s]*[=+\-@]/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

export function save(name: string, text: BlobPart, type = "text/csv;charset=utf-8"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export const sheet = (columns: string[], rows: unknown[][]): string => `\ufeff${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

export const turnSheet = (turns: Turn[]): string =>
  sheet(
    ["turn", "at", "conversation", "channel", "route", "intent", "confidence", "message", "reply", "reason", "answer", "release", "took_us", "marked", "how"],
    turns.map((turn) => [turn.id, turn.at, turn.conversation, turn.channel, turn.route, turn.intent, turn.confidence, turn.message, turn.reply, turn.reason, turn.answer, turn.release, turn.took_us, turn.wrong ? "wrong" : "", turn.how ?? ""]),
  );

// A sheet that the server writes.
export async function download(path: string, parameters: Record<string, string | undefined>, name: string): Promise<void> {
  save(name, "\ufeff" + String(await get(path, parameters)).replace(/^\ufeff/, ""));
}
