// Beside a fact that is being written: what it contradicts, which other entities share its names, where its source stands, what else is
// stated under the same name, and what uses it. Known from the kept draft, a moment after the last key.
import { get } from "../api";
import { linkTo } from "../router";
import { Badge, useLoaded } from "../ui";
import { say } from "../words";
import { type Fields } from "./data";
import { days, factLine, faultSentence, faultsOf, idName, sharedSentence, sourceState, worth } from "./factwords";
import { useNames, type Names } from "./names";

type Used = { used?: { answers?: { id: string; intent: string }[]; answer_count?: number; dates?: { fields: Fields }[]; statements?: { fields: Fields }[]; statement_count?: number } };
type Source = { state: string; title: string | null; from: string; to: string; heading: string | null; text: string | null };

// Names that may be typed, offered by the browser.
const Offered = ({ names }: { names: Names }) => (
  <>
    <datalist id="names-entity">{names.entities.map((row) => <option key={row.id} value={row.id}>{row.fields.name}</option>)}</datalist>
    <datalist id="names-predicate">{names.predicates.map((row) => <option key={row.id} value={row.id}>{row.fields.title}</option>)}</datalist>
  </>
);

function SourceShown({ source, asOf }: { source: string; asOf: string }) {
  const { value } = useLoaded((signal) => get<Source>("/api/facts/source", { source, as_of: asOf }, { signal }), [source, asOf]);
  if (!value) return null;
  const state = sourceState(value.state);
  const document = source.split("#")[0]!;
  return (
    <div class="stack">
      <p><Badge tone={state.tone}>{state.text}</Badge></p>
      {value.title && <p><a href={linkTo("writer", ["edit", "documents", document])}>{value.title}</a>{value.heading ? `, ${value.heading}` : ""} <small>{days(value.from, value.to)}</small></p>}
      {value.text && <blockquote class="text quoted">{value.text}</blockquote>}
    </div>
  );
}

function Uses({ kind, used, names }: { kind: string; used: NonNullable<Used["used"]>; names: Names }) {
  const count = used.answer_count ?? used.statement_count ?? 0;
  return (
    <>
      <h3>{say({ ko: `쓰이는 곳 ${count}`, en: `Used in ${count}` })}</h3>
      {!count && <p class="hint">{say({ ko: "아직 쓰는 곳이 없습니다.", en: "Nothing uses it yet." })}</p>}
      <ul class="uses">
        {used.answers?.map((answer) => <li key={answer.id}><a href={linkTo("writer", ["edit", "answers", answer.id])}>{answer.id}</a> <small>{answer.intent}</small></li>)}
        {used.statements?.map(({ fields }) => <li key={fields.id}><a href={linkTo("writer", ["edit", "statements", fields.id!])}>{factLine("statements", fields, names)}</a> <small>{days(fields.effective_from, fields.effective_to)}</small></li>)}
      </ul>
      {kind === "facts" && used.dates && <><h3>{say({ ko: "이 이름의 모든 값", en: "All values under this name" })}</h3><ul class="uses">{used.dates.map(({ fields }) => <li key={fields.id}><a href={linkTo("writer", ["edit", "facts", fields.id!])}>{worth(fields)}</a> <small>{days(fields.effective_from, fields.effective_to)}</small></li>)}</ul></>}
    </>
  );
}

export function Beside({ kind, id, fields, keptAt, isThere }: { kind: string; id: string; fields: Fields; keptAt: string; isThere: boolean }) {
  const names = useNames(kind !== "facts" && kind !== "rates");
  const faults = useLoaded((signal) => (id ? faultsOf({ kind, id }, signal) : Promise.resolve(null)), [kind, id, keptAt]);
  const used = useLoaded((signal) => (isThere ? get<Used>("/api/row", { kind, id }, { signal }) : Promise.resolve<Used>({})), [kind, id, isThere]);
  const { value } = faults;
  const isFine = value && !value.rows.length && !value.shared.length;
  return (
    <section class="panel stack" aria-live="polite">
      {kind === "statements" && <Offered names={names} />}
      <h2>{say({ ko: "다른 것과 맞는지", en: "With the others" })}</h2>
      {!id && <p class="hint">{say({ ko: "쓰기 시작하면 바로 견주어 봅니다.", en: "It is held against the others as you write." })}</p>}
      {value?.rows.map((fault) => (
        <div key={`${fault.fault} ${fault.other}`} class={fault.fault === "contradicts" ? "trouble" : "panel"} role={fault.fault === "contradicts" ? "alert" : undefined}>
          <p>{faultSentence(fault)}</p>
          <p class="line">{fault.rows.filter((row) => row.id !== id).map((row) => <a key={row.id} href={linkTo("writer", ["edit", row.kind, row.id])}>{say({ ko: `${idName(row.id)} 열기`, en: `Open ${idName(row.id)}` })}</a>)}</p>
        </div>
      ))}
      {value?.shared.map((shared) => <p key={shared.name}><Badge tone="warn">{say({ ko: "이름이 겹침", en: "Shared name" })}</Badge> {sharedSentence(shared)}</p>)}
      {isFine && <p><Badge tone="good">{say({ ko: "어긋나는 것이 없습니다", en: "Nothing contradicts it" })}</Badge></p>}
      {fields.source && kind !== "facts" && <><h3>{say({ ko: "출처", en: "Source" })}</h3><SourceShown source={fields.source} asOf="" /></>}
      {kind === "rates" && fields.rate_table && <p><a href={linkTo("writer", ["facts", "rates", fields.rate_table])}>{say({ ko: `요율표 ${fields.rate_table} 보기`, en: `The rate table ${fields.rate_table}` })}</a></p>}
      {used.value?.used && <Uses kind={kind} used={used.value.used} names={names} />}
    </section>
  );
}
