// Who was told a figure, an answer, or what rests on a fact; and one customer's conversation.
import { useEffect, useState } from "preact/hooks";
import { go, linkTo, type Place } from "../router";
import { Button, Field, onEnter } from "../ui";
import { number, say } from "../words";
import type { Parameters } from "../lead/data";
import { TurnList } from "../lead/turns";

type Kind = "fact" | "answer" | "figure";

export function Recall({ place }: { place: Place }) {
  const asked = (name: string) => place.query.get(name) ?? "";
  const begin = (["fact", "answer", "figure"] as const).find((kind) => asked(kind)) ?? "fact";
  const [kind, setKind] = useState<Kind>(begin);
  const [first, setFirst] = useState(asked(begin));
  const [second, setSecond] = useState(asked("value") || asked("version"));
  const [from, setFrom] = useState(asked("from"));
  const [to, setTo] = useState(asked("to"));
  const submit = () => {
    if (!first.trim()) return;
    go(linkTo("compliance", ["recall"], { [kind]: first.trim(), ...(kind === "fact" ? { value: second.trim() } : kind === "answer" ? { version: second.trim().replace(/^v/, "") } : {}), from, to }));
  };
  const enter = onEnter(submit);
  const parameters: Parameters = Object.fromEntries(["fact", "value", "answer", "version", "figure", "from", "to"].map((name) => [name, asked(name) || undefined]));
  const labels = {
    fact: { first: { ko: "기준값의 이름", en: "Name of the fact" }, hint: { ko: "예: loan_rate", en: "such as loan_rate" }, second: { ko: "그때의 값 (비우면 모든 값)", en: "Its value then (empty: any)" } },
    answer: { first: { ko: "답변의 ID", en: "The answer's id" }, hint: { ko: "예: loan_interest-1", en: "such as loan_interest-1" }, second: { ko: "버전 (비우면 모든 버전)", en: "Version (empty: any)" } },
    figure: { first: { ko: "답변에 보인 수치나 글", en: "A figure or words as shown" }, hint: { ko: "예: 4.8%", en: "such as 4.8%" }, second: null },
  }[kind];
  return (
    <div class="stack">
      <form class="panel stack" role="search" aria-label={say({ ko: "누가 들었나 찾기", en: "Find who was told" })} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <p>{say({ ko: "잘못된 수치가 나갔을 때, 그것을 들은 대화를 모두 찾습니다. 기준값으로 찾으면 수치를 그대로 보인 답변과 그 값으로 계산한 답변을 함께 찾습니다.", en: "When a wrong figure went out: every conversation that was told it. A fact finds replies that showed it and replies that were worked out from it." })}</p>
        <div class="filters">
          <Field label={say({ ko: "무엇으로", en: "By" })}>
            {(id) => (
              <select id={id} value={kind} onChange={(event) => { setKind(event.currentTarget.value as Kind); setSecond(""); }}>
                <option value="fact">{say({ ko: "기준값", en: "Fact" })}</option>
                <option value="answer">{say({ ko: "답변", en: "Answer" })}</option>
                <option value="figure">{say({ ko: "보인 글", en: "What was shown" })}</option>
              </select>
            )}
          </Field>
          <Field label={say(labels.first)} hint={say(labels.hint)}>{(id, about) => <input id={id} aria-describedby={about} value={first} onInput={(event) => setFirst(event.currentTarget.value)} {...enter} />}</Field>
          {labels.second && <Field label={say(labels.second)}>{(id) => <input id={id} value={second} onInput={(event) => setSecond(event.currentTarget.value)} {...enter} />}</Field>}
          <Field label={say({ ko: "부터", en: "From" })}>{(id) => <input id={id} type="date" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />}</Field>
          <Field label={say({ ko: "까지", en: "To" })}>{(id) => <input id={id} type="date" value={to} onInput={(event) => setTo(event.currentTarget.value)} />}</Field>
        </div>
        <p class="actions"><Button type="submit" kind="main" disabled={!first.trim()}>{say({ ko: "찾기", en: "Find" })}</Button></p>
      </form>
      {(parameters.fact || parameters.answer || parameters.figure) && (
        <TurnList path="/api/recall" parameters={parameters} file="paring-recall.csv" summary={(turns, whole) => {
          const people = new Set(turns.map((turn) => turn.conversation)).size;
          return whole
            ? say({ ko: `모두 ${number(people)}개 대화, ${number(turns.length)}턴입니다.`, en: `${number(people)} conversations, ${number(turns.length)} turns in all.` })
            : say({ ko: `지금까지 ${number(people)}개 대화, ${number(turns.length)}턴. 더 있을 수 있습니다.`, en: `${number(people)} conversations, ${number(turns.length)} turns so far. There may be more.` });
        }} />
      )}
    </div>
  );
}

export function Conversation({ place }: { place: Place }) {
  const asked = place.query.get("conversation") ?? "";
  const [name, setName] = useState(asked);
  useEffect(() => setName(asked), [asked]);
  const submit = () => name.trim() && go(linkTo("compliance", ["conversation"], { conversation: name.trim() }));
  const enter = onEnter(submit);
  return (
    <div class="stack">
      <form class="panel stack" role="search" aria-label={say({ ko: "대화 찾기", en: "Find a conversation" })} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Field label={say({ ko: "대화의 ID", en: "The conversation's id" })} hint={say({ ko: "채널이 준 ID 그대로. 전화번호처럼 개인을 가리키는 ID는 기록된 가명으로 바꾸어 찾습니다.", en: "As the channel gave it. One that is somebody's number is looked for under its pseudonym." })}>
          {(id, about) => <input id={id} aria-describedby={about} value={name} onInput={(event) => setName(event.currentTarget.value)} {...enter} />}
        </Field>
        <p class="actions"><Button type="submit" kind="main" disabled={!name.trim()}>{say({ ko: "대화 보기", en: "Show it" })}</Button></p>
      </form>
      {asked && <TurnList path="/api/turns" parameters={{ conversation: asked }} file="paring-conversation.csv" />}
    </div>
  );
}
