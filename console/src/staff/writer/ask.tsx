// What the facts would tell on a day: of the release that answers now, and of the rows with one's own drafts.
import { useState } from "preact/hooks";
import { get } from "../api";
import { linkTo } from "../router";
import { Badge, Button, Field, Trouble, onEnter } from "../ui";
import { say } from "../words";
import { days, idName, sourceState, worth, type Stated } from "./factwords";

type Answer = { as_of: string; release?: number; left: number; outcome: "nothing" | "tells" | "asks" | "asks_key"; why: string; text?: string; statements?: Stated[]; rates?: Stated[]; source?: string; source_state?: string; source_title?: string | null; entities?: { id: string; name: string }[]; key?: string; values?: string[] };

function Told({ title, answer }: { title: string; answer: Answer }) {
  const state = answer.source_state ? sourceState(answer.source_state) : null;
  return (
    <section class="panel stack">
      <h2>{title}</h2>
      {answer.outcome === "tells" && (
        <>
          <p class="bubble">{answer.text}</p>
          <p>{state && <Badge tone={state.tone}>{state.text}</Badge>} <small>{answer.source || say({ ko: "출처 없음", en: "no source" })}</small></p>
          <ul class="rows">{[...(answer.rates ?? []), ...(answer.statements ?? [])].map((row) => <li key={row.id}><a href={linkTo("writer", ["edit", row.kind, row.id])}>{idName(row.id)}</a> <small>{worth(row)} · {days(row.from, row.to)}</small></li>)}</ul>
        </>
      )}
      {answer.outcome === "asks" && <><p>{say({ ko: "어느 것인지 되묻습니다:", en: "It asks which is meant:" })}</p><ul>{answer.entities?.map((entity) => <li key={entity.id}>{entity.name}</li>)}</ul></>}
      {answer.outcome === "asks_key" && <p>{say({ ko: `${answer.key}을(를) 되묻습니다: `, en: `It asks for the ${answer.key}: ` })}{answer.values?.join(", ")}</p>}
      {answer.outcome === "nothing" && <p>{say({ ko: "사실에서 찾는 대답이 없습니다.", en: "The facts have no answer to this." })}</p>}
      {answer.left > 0 && <p><Badge tone="warn">{say({ ko: `아직 덜 쓴 초안 ${answer.left}개는 빼고 보았습니다`, en: `${answer.left} unfinished drafts are left out` })}</Badge></p>}
      <p class="hint">{say({ ko: "찾은 과정: ", en: "How it was found: " })}{answer.why}</p>
    </section>
  );
}

export function Ask() {
  const [q, setQ] = useState("");
  const [day, setDay] = useState("");
  const [told, setTold] = useState<{ now: Answer; drafted: Answer } | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    if (!q.trim() || busy) return;
    setBusy(true);
    setTrouble("");
    try {
      const of = (which: string) => get<Answer>("/api/facts/ask", { q, as_of: day, of: which });
      const [now, drafted] = await Promise.all([of("release"), of("drafts")]);
      setTold({ now, drafted });
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    setBusy(false);
  };
  return (
    <div class="stack">
      <form class="filters fact-filters" onSubmit={(event) => { event.preventDefault(); void ask(); }}>
        <Field label={say({ ko: "고객의 질문", en: "A customer’s question" })}>{(id) => <input id={id} value={q} onInput={(event) => setQ(event.currentTarget.value)} {...onEnter(() => void ask())} />}</Field>
        <Field label={say({ ko: "기준일 (비우면 오늘)", en: "As of (empty: today)" })}>{(id) => <input id={id} type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />}</Field>
        <Button kind="main" type="submit" busy={busy}>{say({ ko: "물어보기", en: "Ask" })}</Button>
      </form>
      <p class="hint">{say({ ko: "사실에서 찾은 것만 보여 드립니다. 실제로는 맞는 승인 답변이 있으면 그것이 먼저 나가고, 출처 문서가 그날 시행 중이 아니면 안내되지 않습니다. 출처는 두 쪽 모두 지금 쓰여 있는 문서에서 찾습니다.", en: "Only what the facts say. A fitting approved answer comes first, and what no document in force bears out is not told. Sources are looked up in the documents as they stand now." })}</p>
      <Trouble of={trouble} />
      <div class="editing" aria-live="polite" aria-busy={busy}>
        {told && <Told title={say({ ko: `지금 배포본 ${told.now.release} · ${told.now.as_of}`, en: `Release ${told.now.release} · ${told.now.as_of}` })} answer={told.now} />}
        {told && <Told title={say({ ko: `지금 내용과 내 초안 · ${told.drafted.as_of}`, en: `Content with my drafts · ${told.drafted.as_of}` })} answer={told.drafted} />}
      </div>
    </div>
  );
}
