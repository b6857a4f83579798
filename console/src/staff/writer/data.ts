// What the writers' calls give, and how kinds and columns are called on the page.
import { say, type Words } from "../words";

export type Fields = Record<string, string>;
export type Row = { kind: string; id: string; base: string; revision: number; changed_by: string; changed_at: string; fields: Fields; is_cut: boolean; drafts: string[]; draft: Mine | null };
// One's own draft of a row; the stamp changes when what it says does.
export type State = { stamp: string; base: string; fields: Fields | null } | null;
export type Mine = NonNullable<State> & { changed_at: string; review: number | null };
export type Standing = { base: string; revision: number; changed_by: string; changed_at: string; fields: Fields };
export type Draft = { kind: string; id: string; base: string; changed_at: string; stamp: string; review: number | null; fields: Fields | null; row: Standing | null; is_stale: boolean };
export type Other = { author: string; changed_at: string; fields: Fields | null };
export type Kept = { id: string; stamp: string; changed_at: string; faults: { column: string | null; text: string; key: string | null; about: string[] }[]; row: Standing | null; is_stale: boolean; was: Fields | null; others: Other[] };
// What a call of many drafts tells of each: before, and after, which the page adds.
export type Told = Partial<Kept> & { kind: string; id: string; stamp: string; before: State; after: State };
export type Review = { number: number; title: string; note: string; state: string; author: string; created_at: string; decided_by: string; decided_at: string | null; decision: string; row_count: number };

const kinds: Record<string, Words & { columns: string[] }> = {
  answers: { ko: "답변", en: "Answers", columns: ["id", "intent", "condition", "channel", "language", "effective_from", "effective_to", "text"] },
  examples: { ko: "예문", en: "Examples", columns: ["id", "text", "intent", "language"] },
  cases: { ko: "평가 예문", en: "Cases", columns: ["id", "text", "intent", "language"] },
  contrasts: { ko: "대조 쌍", en: "Contrasts", columns: ["id", "text_a", "intent_a", "text_b", "intent_b"] },
  facts: { ko: "기준값", en: "Facts", columns: ["id", "name", "value", "unit", "effective_from", "effective_to", "source"] },
  intents: { ko: "의도", en: "Intents", columns: ["name", "title", "policy", "description"] },
  slots: { ko: "항목", en: "Slots", columns: ["name", "type", "question"] },
  values: { ko: "항목 값", en: "Values", columns: ["id", "slot", "value", "aliases"] },
  documents: { ko: "문서", en: "Documents", columns: ["id", "title", "product", "effective_from", "effective_to", "text", "variants", "series", "pages"] },
  entities: { ko: "대상", en: "Entities", columns: ["id", "kind", "name", "aliases"] },
  predicates: { ko: "속성", en: "Predicates", columns: ["name", "title", "aliases", "text"] },
  statements: { ko: "사실", en: "Statements", columns: ["id", "entity", "predicate", "value", "unit", "condition", "effective_from", "effective_to", "source"] },
  rates: { ko: "요율표", en: "Rate tables", columns: ["id", "rate_table", "keys", "value", "unit", "effective_from", "effective_to", "source"] },
  questions: { ko: "검색 질문", en: "Questions", columns: ["id", "text", "documents"] },
};
export const kindNames = Object.keys(kinds);
export const kindName = (kind: string): string => (kinds[kind] ? say(kinds[kind]!) : kind);
export const columnsOf = (kind: string): string[] => kinds[kind]?.columns ?? [];

const columns: Record<string, Words> = {
  id: { ko: "ID", en: "ID" }, name: { ko: "이름", en: "Name" }, title: { ko: "제목", en: "Title" }, intent: { ko: "의도", en: "Intent" },
  intent_a: { ko: "의도 A", en: "Intent A" }, intent_b: { ko: "의도 B", en: "Intent B" }, text: { ko: "내용", en: "Text" }, text_a: { ko: "말 A", en: "Text A" },
  text_b: { ko: "말 B", en: "Text B" }, condition: { ko: "조건", en: "Condition" }, channel: { ko: "채널", en: "Channel" }, language: { ko: "언어", en: "Language" },
  effective_from: { ko: "시행일", en: "From" }, effective_to: { ko: "종료일", en: "To" }, value: { ko: "값", en: "Value" }, unit: { ko: "단위", en: "Unit" },
  source: { ko: "근거", en: "Source" }, policy: { ko: "정책", en: "Policy" }, description: { ko: "설명", en: "Description" }, type: { ko: "종류", en: "Type" },
  question: { ko: "되묻는 말", en: "Question" }, slot: { ko: "항목", en: "Slot" }, aliases: { ko: "다른 이름", en: "Aliases" }, product: { ko: "상품", en: "Product" },
  variants: { ko: "다른 질문", en: "Variants" }, entity: { ko: "대상", en: "Entity" }, predicate: { ko: "속성", en: "Predicate" }, kind: { ko: "갈래", en: "Kind" }, rate_table: { ko: "요율표", en: "Rate table" },
  keys: { ko: "키", en: "Keys" }, split: { ko: "쓰임", en: "Split" }, series: { ko: "문서 묶음", en: "Series" }, pages: { ko: "쪽", en: "Pages" }, documents: { ko: "문서", en: "Documents" },
};
export const columnName = (column: string): string => (columns[column] ? say(columns[column]!) : column);
export const isLong = (column: string): boolean => ["text", "text_a", "text_b", "description", "question", "variants"].includes(column);
export const summary = (fields: Fields | null): string => (fields ? fields.text || fields.title || fields.text_a || (fields.value ? `${fields.name ?? fields.slot ?? fields.keys ?? `${fields.entity} × ${fields.predicate}`} = ${fields.value}` : fields.name) || "–" : "–");
export const isDate = (column: string): boolean => column.startsWith("effective_");
export const isIntent = (column: string): boolean => column.startsWith("intent");
export const newId = (): string => `+${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
export const sameFields = (kind: string, a: Fields | null, b: Fields | null): boolean => (!a || !b ? a === b : columnsOf(kind).every((column) => (a[column] ?? "") === (b[column] ?? "")));
