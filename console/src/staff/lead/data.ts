// What the server says of figures and turns, and lists that come in pieces.
import { get } from "../api";

export type Routes = Record<"scripted" | "clarify" | "form" | "quoted" | "generated" | "handoff", number>;
export const routeNames = ["scripted", "clarify", "form", "quoted", "generated", "handoff"] as const;
export type Share = { of: number; value: number | null; low?: number; high?: number };
export type Counts = {
  turns: number; routes: Routes; contacts: number; contained: number; wrong: number; scripted_wrong: number;
  model_calls: number; model_tokens: number; model_won: number; p50_us: number | null; p90_us: number | null; p99_us: number | null;
};
export type Sum = Counts & { from: string; to: string; containment: Share; wrong_per_1000: Share; scripted_wrong_share: Share; model_share: Share };
export type Figures = {
  timezone_minutes: number; now: Sum; before: Sum; days: (Counts & { day: string })[]; days_before: (Counts & { day: string })[];
  budget: { release: number; chosen?: number; level?: number; certified: boolean; measured: number | null; measured_upper: number | null; scripted: number | null; scripted_wrong: number | null };
  caps: { has_models: boolean; calls: number; tokens: number; won: number; calls_today: number; tokens_today: number; won_today: number };
  cost: { contact_won: number; contained: number; model_won: number; avoided_won: number | null };
  intents: { intent: string; turns: number; handed: number; clarified: number }[];
};
export type Turn = {
  id: string; at: string; as_of: string; conversation: string; channel: string; route: string; intent: string | null; confidence?: number; message: string; reply: string;
  reason: string; answer: string | null; release: number; hash: string; took_us: number; wrong: boolean; meant?: string | null; how?: "shown" | "computed" | "unsure";
};
export type Piece<Row> = { rows: Row[]; next: string | null; looked_back_to?: string };
export type Parameters = Record<string, string | number | undefined>;

// The next pieces of a list, until there are `least` rows more or it ends; `seen` is told of each piece.
export async function gather<Row>(path: string, parameters: Parameters, after: string | null, least: number, seen: (piece: Piece<Row>) => void, signal: AbortSignal): Promise<string | null> {
  let next = after, found = 0;
  do {
    const piece: Piece<Row> = await get(path, { ...parameters, after: next ?? undefined }, { signal });
    if (signal.aborted) return next;
    next = piece.next;
    found += piece.rows.length;
    seen(piece);
  } while (next && found < least);
  return next;
}

// A day of the bot's calendar, so many days from today.
export function dayFrom(today: string, days: number): string {
  const date = new Date(`${today}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86400000) + 1;
export const seconds = (us: number | null): string => (us === null ? "–" : us < 1000 ? `${us} µs` : us < 1000000 ? `${(us / 1000).toLocaleString("ko", { maximumFractionDigits: us < 10000 ? 1 : 0 })} ms` : `${(us / 1e6).toLocaleString("ko", { maximumFractionDigits: 1 })} s`);
