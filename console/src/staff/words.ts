// What the pages say, in Korean or English. The choice is this browser's; it begins as the bot's language.
export type Language = "ko" | "en";
export type Words = { ko: string; en: string };

const KEY = "paring.language";
let language: Language = "ko";

export const speaks = (): Language => language;
export const say = (words: Words): string => words[language];

export function languageBegin(ofBot: string): void {
  const kept = localStorage.getItem(KEY);
  language = kept === "ko" || kept === "en" ? kept : ofBot === "en" ? "en" : "ko";
  document.documentElement.lang = language;
}

export function languageSet(to: Language): void {
  localStorage.setItem(KEY, to);
  language = to;
  document.documentElement.lang = to;
}

export const number = (value: number, digits = 0): string =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
export const percent = (share: number, digits = 1): string => `${number(share * 100, digits)} %`;
// "2026. 3. 1. 09:00", in the reader's own time.
export const moment = (at: string | null | undefined): string =>
  at ? new Date(at).toLocaleString(language, { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }) : "–";
export const day = (at: string | null | undefined): string => (at ? at.slice(0, 10) : "–");

export const routeWords: Record<string, Words> = {
  scripted: { ko: "승인 답변", en: "Scripted" },
  clarify: { ko: "되묻기", en: "Clarify" },
  form: { ko: "항목 묻기", en: "Form" },
  quoted: { ko: "문서 인용", en: "Quoted" },
  generated: { ko: "AI 인용", en: "Generated" },
  handoff: { ko: "상담원", en: "Handoff" },
};
export const routeName = (route: string): string => (routeWords[route] ? say(routeWords[route]) : route);

export const roleWords: Record<string, Words> = {
  agent: { ko: "상담원", en: "Agent" },
  writer: { ko: "작성자", en: "Writer" },
  reviewer: { ko: "검토자", en: "Reviewer" },
  lead: { ko: "책임자", en: "Lead" },
  administrator: { ko: "관리자", en: "Administrator" },
};
