// Facts as the page has them, and the sentences that are said of what is wrong with them.
import { get } from "../api";
import { say } from "../words";
import { kindName, type Fields } from "./data";

export const factKinds = ["facts", "entities", "predicates", "statements", "rates"];
export type Stated = { kind: string; id: string; entity?: string; entity_name?: string | null; predicate?: string; predicate_title?: string | null; condition?: string; rate_table?: string; keys?: string; name?: string; value: string; unit: string; from: string; to: string; source?: string };
export type Fault = { fault: string; kind: string; id: string; other: string | null; rows: Stated[] };
export type Shared = { name: string; entities: { id: string; name: string }[] };
export type Faults = { rows: Fault[]; total: number; shared: Shared[]; shared_total: number; left: number };

export const faultsOf = (row: { kind?: string; id?: string }, signal: AbortSignal): Promise<Faults> => get<Faults>("/api/facts/faults", row, { signal });

// "2026-01-01 ~": open ends are said, so that nobody takes them for forgotten ones.
export const days = (from: string | undefined, to: string | undefined): string =>
  !from && !to ? say({ ko: "늘", en: "always" }) : `${from || say({ ko: "처음", en: "the start" })} ~ ${to || say({ ko: "계속", en: "open" })}`;
export const worth = (row: { value?: string; unit?: string }): string =>
  row.unit === "rate" ? say({ ko: `요율표 ${row.value}`, en: `rate table ${row.value}` }) : row.unit === "entity" || row.unit === "text" ? row.value ?? "" : `${grouped(row.value ?? "")}${row.unit ?? ""}`;
export const grouped = (value: string): string => (/^-?\d{4,}(\.\d+)?$/.test(value) ? value.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ",")) : value);
export const idName = (id: string): string => (id.startsWith("+") ? say({ ko: "새 행(초안)", en: "new row (draft)" }) : id);

const subject = (row: Stated): string =>
  row.kind === "rates" ? `${row.rate_table} · ${row.keys}` : row.kind === "facts" ? row.name ?? "" : `${row.entity_name || row.entity} × ${row.predicate_title || row.predicate}${row.condition ? ` (${row.condition})` : ""}`;
const told = (row: Stated): string => `${idName(row.id)} = ${worth(row)} (${days(row.from, row.to)})`;

export function faultSentence(fault: Fault): string {
  const [a, b] = fault.rows;
  const row = idName(fault.id), other = fault.other ?? "";
  if (fault.fault === "contradicts" && a && b)
    return say({ ko: `‘${subject(a)}’의 값이 같은 날 둘입니다: ${told(a)}, ${told(b)}`, en: `Two values of “${subject(a)}” on one day: ${told(a)}, ${told(b)}` });
  if (fault.fault === "repeats" && a && b)
    return say({ ko: `‘${subject(a)}’을(를) 같은 값으로 두 번 말합니다: ${told(a)}, ${told(b)}`, en: `“${subject(a)}” is stated twice with one value: ${told(a)}, ${told(b)}` });
  const sentences: Record<string, string> = {
    no_entity: say({ ko: `${row}: 대상 ‘${other}’이(가) 없어서 안내되지 않습니다`, en: `${row}: there is no entity “${other}”, so it is never told` }),
    no_predicate: say({ ko: `${row}: 속성 ‘${other}’이(가) 없어서 안내되지 않습니다`, en: `${row}: there is no predicate “${other}”, so it is never told` }),
    no_rates: say({ ko: `${row}: 요율표 ‘${other}’이(가) 없어서 안내되지 않습니다`, en: `${row}: there is no rate table “${other}”, so it is never told` }),
    no_keys: say({ ko: `${row}: 키 ‘${other}’은(는) 이름=값;이름=값 꼴이 아니라서 안내되지 않습니다`, en: `${row}: the keys “${other}” are not name=value;name=value, so it is never told` }),
    text: say({ ko: `${row}: 답하는 말에 채울 수 없는 {{…}} 자리가 있습니다`, en: `${row}: its text has a {{…}} that nothing fills` }),
  };
  return sentences[fault.fault] ?? `${kindName(fault.kind)} ${row}`;
}

export const sharedSentence = (shared: Shared): string => {
  const names = shared.entities.map((entity) => `${entity.name} (${idName(entity.id)})`).join(", ");
  return say({ ko: `‘${shared.name}’은(는) 여러 대상의 이름입니다: ${names}. 고객에게 어느 것인지 되묻습니다.`, en: `“${shared.name}” names several entities: ${names}. Customers are asked which they mean.` });
};

// What a source is worth to a customer on the day.
export const sourceState = (state: string): { tone: "good" | "warn"; text: string } => ({
  tone: state === "in_force" ? "good" : "warn",
  text: state === "in_force" ? say({ ko: "시행 중인 문서에 있음", en: "in a document in force" })
    : state === "not_in_force" ? say({ ko: "그날 시행 중이 아닌 문서: 안내되지 않습니다", en: "its document is not in force then: never told" })
    : state === "no_clause" ? say({ ko: "문서에 그런 조항이 없음: 안내되지 않습니다", en: "no such part in the document: never told" })
    : say({ ko: "그런 문서가 없음: 안내되지 않습니다", en: "no such document: never told" }),
});

export const keysOf = (keys: string): [string, string][] =>
  keys.split(";").map((pair) => pair.split("=")).filter((pair) => pair[0]?.trim()).map(([key, ...value]) => [key!.trim(), value.join("=").trim()]);
export const pairsText = (pairs: [string, string][]): string => pairs.map(([key, value]) => `${key}=${value}`).join(";");
type Called = { entity: (id: string) => string; predicate: (name: string) => string };
export const factLine = (kind: string, fields: Fields, called: Called): string =>
  kind === "statements" ? `${called.entity(fields.entity ?? "")} × ${called.predicate(fields.predicate ?? "")} = ${worth(fields)}` : kind === "rates" ? `${fields.rate_table} · ${fields.keys} = ${worth(fields)}` : fields.name ?? "";
