// What the server says to an agent, and what is done with it.
import { get, type Bot } from "../api";
import { intentTitle } from "../context";
import { toast } from "../ui";
import { say } from "../words";

export type Answer = { id: string; version: number; text: string | null; effective_from: string | null; effective_to: string | null; missing: { slot: string; question: string }[]; fails: boolean };
export type Ranked = { intent: string; title: string; policy: string | null; confidence: number; answer: Answer | null };
export type Passage = { document: string; title: string; heading: string; text: string; is_cut: boolean; marks: [number, number][]; effective_from: string | null; effective_to: string | null };
export type Suggestion = {
  text_masked?: string; as_of: string; ranked: Ranked[]; threshold: number; is_certain: boolean;
  would: { route: string; intent: string | null; text: string; reason: string };
  slots: Record<string, string>; passages: Passage[]; answerable: number | null; release: string; release_number: number; took_us: number;
};
export type Ticket = { handoff: string; conversation: string; channel: string | null; state: string; agent: string | null; reason: string; opened_at: string; claimed_at: string | null };
export type Line = { at: string; from: "customer" | "bot" | "agent"; text: string | null; turn?: string; route?: string; agent?: string; did?: string };
export type Packet = Ticket & { intents: string[]; slots: Record<string, string>; sources: string[]; transcript: Line[] };

export const packetOf = (id: string): Promise<Packet> => get("/api/handoffs/packet", { handoff: id });

export const intentName = (bot: Bot, name: string | null | undefined): string =>
  !name ? "–" : name === "out_of_scope" ? say({ ko: "답하지 않는 말 (범위 밖)", en: "Out of scope" }) : intentTitle(bot, name);

// How sure, in a word; the number stands beside it.
export function sureness(told: Suggestion, one: Ranked): { text: string; tone: "good" | "warn" | "plain" } {
  if (told.is_certain && one.confidence === 1) return { text: say({ ko: "예문과 같음", en: "Equals an example" }), tone: "good" };
  if (one.confidence >= told.threshold) return { text: say({ ko: "확실", en: "Sure" }), tone: "good" };
  if (one.confidence >= 0.5) return { text: say({ ko: "아마도", en: "Probably" }), tone: "warn" };
  if (one.confidence >= 0.15) return { text: say({ ko: "혹시", en: "Perhaps" }), tone: "plain" };
  return { text: say({ ko: "드묾", en: "Unlikely" }), tone: "plain" };
}

export const textOf = (one: Ranked | undefined): string | null => (one?.answer ? (one.answer.text ?? one.answer.missing[0]?.question ?? null) : null);

export async function copy(text: string | null): Promise<void> {
  if (!text) return toast({ ko: "복사할 답변이 없습니다.", en: "There is no answer to copy." }, true);
  try {
    await navigator.clipboard.writeText(text);
    toast({ ko: "복사했습니다.", en: "Copied." });
  } catch {
    toast({ ko: "브라우저가 복사를 허락하지 않았습니다. 글을 끌어 직접 복사해 주세요.", en: "The browser did not allow copying. Please select the text." }, true);
  }
}
