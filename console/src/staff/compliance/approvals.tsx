// Each version of an answer: who wrote it, who reviewed it, and what changed.
import { useEffect, useState } from "preact/hooks";
import { diffWords } from "diff";
import { get } from "../api";
import { go, linkTo, type Place } from "../router";
import { Badge, Button, Field, Trouble, onEnter, useLoaded } from "../ui";
import { moment, say } from "../words";

type Review = { number: number; title: string; author: string; asked: string; reviewer: string; decided: string; decision: string | null };
type Version = { version: number; author: string; at: string; content: string; review: Review | null };

const textOf = (version: Version | undefined): string => {
  if (!version) return "";
  try {
    return JSON.parse(version.content).text ?? "";
  } catch {
    return "";
  }
};

function Changed({ was, now }: { was: string; now: string }) {
  if (!was) return <p class="quote">{now}</p>;
  return (
    <p class="quote">
      {diffWords(was, now).map((part, i) => (part.added ? <ins key={i}>{part.value}</ins> : part.removed ? <del key={i}>{part.value}</del> : <span key={i}>{part.value}</span>))}
    </p>
  );
}

export function Approvals({ place }: { place: Place }) {
  const asked = place.query.get("answer") ?? "";
  const [id, setId] = useState(asked);
  useEffect(() => setId(asked), [asked]);
  const submit = () => id.trim() && go(linkTo("compliance", ["approvals"], { answer: id.trim().replace(/ v\d+$/, "") }));
  const enter = onEnter(submit);
  const { value, error } = useLoaded<{ rows: Version[] } | null>(async (signal) => (asked ? get("/api/approvals", { answer: asked }, { signal }) : null), [asked]);
  const rows = asked && !error ? value?.rows ?? [] : [];
  return (
    <div class="stack">
      <form class="panel stack" role="search" aria-label={say({ ko: "답변 찾기", en: "Find an answer" })} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Field label={say({ ko: "답변의 ID", en: "The answer's id" })} hint={say({ ko: "턴에 적힌 그대로, 예: loan_interest-1 v3", en: "As turns have it, such as loan_interest-1 v3" })}>{(field, about) => <input id={field} aria-describedby={about} value={id} onInput={(event) => setId(event.currentTarget.value)} {...enter} />}</Field>
        <p class="actions"><Button type="submit" kind="main" disabled={!id.trim()}>{say({ ko: "내역 보기", en: "Show" })}</Button></p>
      </form>
      {!asked && <p class="hint">{say({ ko: "답변의 판마다 누가 쓰고 누가 승인했는지, 무엇이 바뀌었는지 보입니다. 턴 목록에서 답변의 ID를 눌러도 여기로 옵니다.", en: "For each version of an answer: who wrote it, who approved it, and what changed. An answer's id in a list of turns leads here, too." })}</p>}
      <Trouble of={asked ? error : ""} />
      {rows.map((row, i) => (
        <section key={row.version} class="panel stack" aria-label={`${asked} v${row.version}`}>
          <div class="spread">
            <h2>{asked} v{row.version}</h2>
            {row.review ? <Badge tone="good">{say({ ko: "검토를 거침", en: "Reviewed" })}</Badge> : <Badge tone="warn">{say({ ko: "검토 기록 없음", en: "No review on record" })}</Badge>}
          </div>
          <dl class="pairs">
            <dt>{say({ ko: "작성", en: "Written" })}</dt>
            <dd>{row.author}, {moment(row.at)}</dd>
            {row.review ? (
              <>
                <dt>{say({ ko: "검토 요청", en: "Asked" })}</dt>
                <dd>{row.review.author}, {moment(row.review.asked)}: {row.review.title || `#${row.review.number}`}</dd>
                <dt>{say({ ko: "승인", en: "Approved" })}</dt>
                <dd>{row.review.reviewer}, {moment(row.review.decided)}{row.review.decision ? `: ${row.review.decision}` : ""}</dd>
              </>
            ) : (
              <>
                <dt>{say({ ko: "승인", en: "Approved" })}</dt>
                <dd>{say({ ko: "명령줄에서 들어왔습니다. 이 화면의 검토를 거치지 않았습니다.", en: "It came by the command line, and passed no review here." })}</dd>
              </>
            )}
          </dl>
          <Changed was={textOf(rows[i + 1])} now={textOf(row)} />
        </section>
      ))}
    </div>
  );
}
