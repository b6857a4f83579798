// Who read and changed what; and whether the chain of it is whole.
import { JobBar, useKept, type Job } from "../release/jobs";
import { go, linkTo, type Place } from "../router";
import { Button, Field, Trouble } from "../ui";
import { moment, number, say } from "../words";
import { usePages } from "./pages";

type Line = { number: number; at: string; actor: string; event: string; detail: string; hash: string };
type Verified = { job: Job | null; sums: { lines: number; bad: number; what: string | null; head: string } | null; running: Job[] };

export function Audit({ place }: { place: Place }) {
  const actor = place.query.get("actor") ?? "";
  const { value, error, trouble, run: verify, running } = useKept<Verified>("/api/audit/verify", {}, "/api/audit/verify");
  const verdict = value?.sums;
  const list = usePages<Line>("/api/audit", { actor }, (reply) => (reply.rows.length >= 50 && reply.rows[reply.rows.length - 1]!.number > 1 ? String(reply.rows[reply.rows.length - 1]!.number) : null));
  return (
    <div class="stack">
      <section class="panel stack">
        <div class="spread">
          <p>{say({ ko: "고객의 자료를 본 것과 모든 변경이 한 줄씩 이어져 있습니다. 누가 한 줄이라도 고치면 검증에서 드러납니다.", en: "Every look at customers' data and every change, chained line by line: a line that was altered shows." })}</p>
          <Button busy={!!running} onClick={() => void verify()}>{say({ ko: "사슬 검증", en: "Verify the chain" })}</Button>
        </div>
        {running && <JobBar job={running} />}
        <Trouble of={error || trouble || (verdict && verdict.bad > 0 ? say({ ko: `${number(verdict.bad)}번째 줄이 온전하지 않습니다: ${verdict.what}`, en: `Line ${number(verdict.bad)} is not whole: ${verdict.what}` }) : "")} />
        <div role="status">{!value ? null : !value.job ? <p class="hint">{say({ ko: "아직 검증하지 않았습니다.", en: "Not verified yet." })}</p> : verdict?.bad === 0 && <p>{say({ ko: `${moment(value.job.ended_at)}에 검증: 그때까지의 ${number(verdict.lines)}줄이 모두 온전합니다. 마지막 해시 `, en: `Verified ${moment(value.job.ended_at)}: all ${number(verdict.lines)} lines up to then are whole. Head ` })}<code>{verdict.head}</code></p>}</div>
        <Field label={say({ ko: "이 사람의 것만", en: "Of this person only" })}>{(id) => <input id={id} value={actor} onChange={(event) => go(linkTo("compliance", ["audit"], { actor: event.currentTarget.value.trim() }), true)} />}</Field>
      </section>
      <Trouble of={list.error} />
      <section class="panel">
        <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "감사 기록", en: "Audit" })}>
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">{say({ ko: "번호", en: "No." })}</th>
                <th scope="col">{say({ ko: "때", en: "At" })}</th>
                <th scope="col">{say({ ko: "누가", en: "Who" })}</th>
                <th scope="col">{say({ ko: "무엇을", en: "What" })}</th>
                <th scope="col">{say({ ko: "대상", en: "Of what" })}</th>
              </tr>
            </thead>
            <tbody>
              {list.rows.map((line) => (
                <tr key={line.number}>
                  <td class="number">{number(line.number)}</td>
                  <td>{moment(line.at)}</td>
                  <td>{line.actor}</td>
                  <td><code>{line.event}</code></td>
                  <td>{line.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {list.hasMore && <p><Button busy={list.busy} onClick={() => void list.goOn()}>{say({ ko: "더 보기", en: "More" })}</Button></p>}
    </div>
  );
}
