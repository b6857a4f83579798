// Facts, entities, predicates and statements, found and opened; what is wrong among them; and the ways to rate tables, proposals and asking.
import { useState } from "preact/hooks";
import { get } from "../api";
import { go, linkTo, type Place } from "../router";
import { Badge, Button, Empty, Field, Trouble, onEnter, useLoaded } from "../ui";
import { say } from "../words";
import { columnName, kindName, type Row } from "./data";
import { days, faultSentence, faultsOf, idName, sharedSentence, worth } from "./factwords";
import { Ask } from "./ask";
import { useNames, type Names } from "./names";
import { Proposals } from "./proposals";
import { RateTables } from "./rates";
import "./facts.css";

const PAGE = 100;
const listed: Record<string, string[]> = {
  facts: ["name", "value", "days", "source"],
  entities: ["id", "name", "kind", "aliases"],
  predicates: ["name", "title", "aliases"],
  statements: ["entity", "predicate", "value", "condition", "days", "source"],
};
const about = (kind: string): string => ({
  facts: say({ ko: "답변 안에 {{fact:이름}}으로 쓰는 값입니다.", en: "Values that answers use as {{fact:name}}." }),
  entities: say({ ko: "고객이 말하는 것들: 상품, 특약, 보장. 다른 이름은 |로 나눕니다.", en: "What customers speak of: products, riders, covers. Aliases are parted by |." }),
  predicates: say({ ko: "대상에 대해 물을 수 있는 것: 한도, 대기일, 보험료.", en: "What may be asked of an entity: limit, waiting period, premium." }),
  statements: say({ ko: "어느 대상의 어느 속성이 언제부터 얼마인지, 어느 문서의 어느 조항에서 왔는지.", en: "What a predicate of an entity is, from when, and where a document says so." }),
} as Record<string, string>)[kind] ?? "";

const cell = (row: Row, column: string, names: Names): string =>
  column === "entity" ? names.entity(row.fields.entity ?? "") : column === "predicate" ? names.predicate(row.fields.predicate ?? "") : column === "value" && row.fields.unit === "entity" ? (row.fields.value ?? "").split(" ").map(names.entity).join(", ") : column === "days" ? days(row.fields.effective_from, row.fields.effective_to) : column === "value" ? worth(row.fields) : row.fields[column] ?? "";

function List({ query }: { query: URLSearchParams }) {
  const kind = listed[query.get("kind") ?? ""] ? query.get("kind")! : "statements", q = query.get("q") ?? "", after = Number(query.get("after") ?? 0) || 0;
  const [words, setWords] = useState(q);
  const { value, error, busy } = useLoaded((signal) => get<{ rows: Row[]; total: number }>("/api/rows", { kind, q, after, limit: PAGE }, { signal }), [kind, q, after]);
  const to = (more: Record<string, string | number>) => go(linkTo("writer", ["facts"], { kind, q: words, ...more }));
  const columns = listed[kind]!;
  const names = useNames(kind === "statements");
  return (
    <>
      <form class="filters fact-filters" onSubmit={(event) => { event.preventDefault(); to({}); }}>
        <Field label={say({ ko: "찾기 (모든 칸에서)", en: "Search (every field)" })}>{(id) => <input id={id} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} {...onEnter(() => to({}))} />}</Field>
        <Field label={say({ ko: "종류", en: "Kind" })}>{(id) => <select id={id} value={kind} onChange={(event) => to({ kind: event.currentTarget.value })}>{Object.keys(listed).map((name) => <option key={name} value={name}>{kindName(name)}</option>)}</select>}</Field>
        <Button kind="main" onClick={() => go(linkTo("writer", ["new", kind]))}>{say({ ko: "새로 쓰기", en: "New" })}</Button>
      </form>
      <p class="hint">{about(kind)} <span role="status" aria-busy={busy}>{value ? say({ ko: `${value.total}개`, en: `${value.total} rows` }) : ""}</span></p>
      <Trouble of={error} />
      {value && !value.rows.length && <Empty title={q ? say({ ko: "찾는 것이 없습니다. 다른 말로 찾아 보세요.", en: "Nothing found. Try other words." }) : say({ ko: "아직 없습니다. ‘새로 쓰기’를 누르거나 엑셀·문서에서 가져오세요.", en: "None yet. Press New, or import them." })} />}
      {value && value.rows.length > 0 && (
        <div class="scroll">
          <table class="fact-rows">
            <thead><tr>{columns.map((column) => <th key={column}>{column === "days" ? say({ ko: "쓰이는 날", en: "In force" }) : columnName(column)}</th>)}<th>{say({ ko: "초안", en: "Drafts" })}</th></tr></thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={row.id}>
                  {columns.map((column, i) => <td key={column} data-label={column === "days" ? say({ ko: "쓰이는 날", en: "In force" }) : columnName(column)}>{i === 0 ? <a href={linkTo("writer", ["edit", kind, row.id])}>{cell(row, column, names)}</a> : cell(row, column, names)}</td>)}
                  <td>{row.drafts.map((name) => <Badge key={name} tone="warn">{say({ ko: `${name} 초안`, en: `${name}’s draft` })}</Badge>)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div class="actions">
            {after > 0 && <Button onClick={() => to({ after: Math.max(0, after - PAGE) })}>{say({ ko: "앞", en: "Back" })}</Button>}
            {after + PAGE < value.total && <Button onClick={() => to({ after: after + PAGE })}>{say({ ko: "다음", en: "More" })}</Button>}
          </div>
        </div>
      )}
    </>
  );
}

function Wrong() {
  const { value, error } = useLoaded((signal) => faultsOf({}, signal), []);
  if (!value) return <Trouble of={error} />;
  return (
    <div class="stack">
      <Trouble of={error} />
      <p class="hint">{say({ ko: "내 초안까지 넣고 본 것입니다. 어긋나는 사실은 둘 다 고객에게 안내되지 않습니다.", en: "With my drafts in place. Of facts that contradict each other neither is told to customers." })}</p>
      {value.left > 0 && <p><Badge tone="warn">{say({ ko: `아직 덜 쓴 초안 ${value.left}개는 빼고 보았습니다`, en: `${value.left} unfinished drafts are left out` })}</Badge></p>}
      <section class="panel stack">
        <h2>{say({ ko: `어긋나는 것 ${value.total}개`, en: `${value.total} that do not fit` })}</h2>
        {!value.rows.length && <p>{say({ ko: "어긋나는 사실이 없습니다.", en: "No facts contradict each other." })}</p>}
        <ul class="rows">
          {value.rows.map((fault) => (
            <li key={`${fault.fault} ${fault.id} ${fault.other}`}>
              <p><Badge tone={fault.fault === "contradicts" ? "bad" : "warn"}>{kindName(fault.kind)}</Badge> {faultSentence(fault)}</p>
              <p class="line">{fault.rows.map((row) => <a key={row.id} href={linkTo("writer", ["edit", row.kind, row.id])}>{say({ ko: `${idName(row.id)} 열기`, en: `Open ${idName(row.id)}` })}</a>)}{!fault.rows.length && <a href={linkTo("writer", ["edit", fault.kind, fault.id])}>{say({ ko: "열기", en: "Open" })}</a>}</p>
            </li>
          ))}
        </ul>
      </section>
      <section class="panel stack">
        <h2>{say({ ko: `여러 대상의 이름 ${value.shared_total}개`, en: `${value.shared_total} names of several entities` })}</h2>
        <ul class="rows">{value.shared.map((shared) => <li key={shared.name}><p>{sharedSentence(shared)}</p><p class="line">{shared.entities.map((entity) => <a key={entity.id} href={linkTo("writer", ["edit", "entities", entity.id])}>{say({ ko: `${entity.name} 열기`, en: `Open ${entity.name}` })}</a>)}</p></li>)}</ul>
      </section>
    </div>
  );
}

export function Facts({ place }: { place: Place }) {
  const [, view = "", first = ""] = place.rest;
  const views: [string, string][] = [
    ["", say({ ko: "목록", en: "List" })], ["rates", kindName("rates")], ["wrong", say({ ko: "어긋남", en: "Conflicts" })],
    ["ask", say({ ko: "물어보기", en: "Ask" })], ["proposals", say({ ko: "문서의 제안", en: "Proposals" })],
  ];
  return (
    <>
      <nav class="pills" aria-label={say({ ko: "사실 보기", en: "Views of facts" })}>{views.map(([name, title]) => <a key={name} class="button quiet" href={linkTo("writer", name ? ["facts", name] : ["facts"])} aria-current={name === view ? "page" : undefined}>{title}</a>)}</nav>
      {view === "rates" ? <RateTables key={first} table={first} query={place.query} /> : view === "wrong" ? <Wrong /> : view === "ask" ? <Ask /> : view === "proposals" ? <Proposals key={place.query.toString()} query={place.query} /> : <List key={place.query.toString()} query={place.query} />}
    </>
  );
}
