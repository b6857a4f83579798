// Every text that left for a model, as it left.
import { clauses } from "../reasons";
import { go, linkTo, type Place } from "../router";
import { Badge, Button, Empty, Field, Trouble } from "../ui";
import { moment, number, say } from "../words";
import { seconds } from "../lead/data";
import { usePages } from "./pages";

type Call = {
  at: string; call: number; attempt: number; provider: string; model: string; prompt: string; sent: string; tokens_in: number; tokens_out: number; estimated: boolean; won: number; outcome: string | null;
  status: number; took_us?: number;
};

const outcomeWords: Record<string, { ko: string; en: string }> = {
  ...clauses,
  whole: { ko: "답을 받음", en: "whole reply" }, off: { ko: "꺼짐", en: "switched off" }, capped: { ko: "하루 한도", en: "daily cap" }, resting: { ko: "쉬는 중", en: "resting" }, late: { ko: "시간 초과", en: "too late" },
  connect: { ko: "연결 실패", en: "no connection" }, limited: { ko: "요청 과다 (429)", en: "rate limited (429)" }, unavailable: { ko: "제공자 중단", en: "unavailable" }, dropped: { ko: "도중에 끊김", en: "dropped" },
  broken: { ko: "형식이 다름", en: "broken form" }, declined: { ko: "모델이 거절", en: "declined" }, cut: { ko: "길이 한도에서 잘림", en: "cut at its limit" },
};

export function Egress({ place }: { place: Place }) {
  const from = place.query.get("from") ?? undefined, to = place.query.get("to") ?? undefined;
  const list = usePages<Call>("/api/egress", { from, to }, (reply) => reply.next ?? null);
  const change = (name: string, value: string) => go(linkTo("compliance", ["egress"], { from, to, [name]: value }), true);
  return (
    <div class="stack">
      <form class="panel filters" aria-label={say({ ko: "기간", en: "Period" })} onSubmit={(event) => event.preventDefault()}>
        <Field label={say({ ko: "부터", en: "From" })}>{(id) => <input id={id} type="date" value={from ?? ""} onChange={(event) => change("from", event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "까지", en: "To" })}>{(id) => <input id={id} type="date" value={to ?? ""} onChange={(event) => change("to", event.currentTarget.value)} />}</Field>
      </form>
      <Trouble of={list.error} />
      {list.begun && list.rows.length === 0 && (
        <Empty title={say({ ko: "이 기간에 외부로 나간 글이 없습니다.", en: "Nothing left in this period." })}>
          <p>{say({ ko: "AI 모델에 물을 때마다 보낸 글이 개인정보를 가린 채 여기에 남습니다.", en: "Whatever is sent to a model stands here, personal data masked." })}</p>
        </Empty>
      )}
      {list.rows.length > 0 && (
        <ul class="turns panel">
          {list.rows.map((row) => (
            <li key={`${row.at}-${row.call}-${row.attempt}`}>
              <p class="about">
                <b>{moment(row.at)}</b>
                <span>{row.provider} · {row.model}</span>
                <Badge tone={row.outcome === "whole" ? "good" : "warn"}>{row.outcome ? (outcomeWords[row.outcome] ? say(outcomeWords[row.outcome]!) : row.outcome) : say({ ko: "결과 모름", en: "no outcome" })}</Badge>
                <span>{say({ ko: `토큰 ${number(row.tokens_in)} + ${number(row.tokens_out)}${row.estimated ? " (어림)" : ""}`, en: `${number(row.tokens_in)} + ${number(row.tokens_out)} tokens${row.estimated ? " (estimated)" : ""}` })}</span>
                <span>{say({ ko: `${number(row.won, 2)}원`, en: `₩${number(row.won, 2)}` })}</span>
                {row.took_us !== undefined && <span>{seconds(row.took_us)}</span>}
                {row.attempt > 1 && <span>{say({ ko: `${row.attempt}번째 시도`, en: `attempt ${row.attempt}` })}</span>}
              </p>
              <details class="about">
                <summary>{say({ ko: "보낸 글 보기", en: "Show what was sent" })}</summary>
                <pre class="sent">{row.sent}</pre>
              </details>
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && <p><Button busy={list.busy} onClick={() => void list.goOn()}>{say({ ko: "더 보기", en: "More" })}</Button></p>}
    </div>
  );
}
