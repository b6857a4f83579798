// How long turns are kept, and the proof of what was let go.
import { get } from "../api";
import type { Place } from "../router";
import { Empty, Trouble, useLoaded } from "../ui";
import { moment, number, say } from "../words";

type Run = { at: string; days: number; before: string; turns: number; marks: number; tickets: number; oldest?: string };

export function Retention(_: { place: Place }) {
  const { value, error } = useLoaded<{ journal_days: number; oldest: string | null; rows: Run[] }>((signal) => get("/api/retention", {}, { signal }), []);
  if (!value) return <Trouble of={error} />;
  return (
    <div class="stack">
      <section class="panel stack">
        <h2>{say({ ko: "지금", en: "Now" })}</h2>
        <dl class="pairs">
          <dt>{say({ ko: "보관 기간", en: "Kept for" })}</dt>
          <dd>{value.journal_days > 0 ? say({ ko: `${number(value.journal_days)}일 (bot.conf의 journal_days)`, en: `${number(value.journal_days)} days (journal_days in bot.conf)` }) : say({ ko: "정하지 않음: 지우지 않습니다.", en: "Not set: nothing is deleted." })}</dd>
          <dt>{say({ ko: "가장 오래된 턴", en: "Oldest turn" })}</dt>
          <dd>{value.oldest ? moment(value.oldest) : say({ ko: "턴이 없습니다", en: "there are no turns" })}</dd>
        </dl>
      </section>
      {value.rows.length === 0 ? (
        <Empty title={say({ ko: "삭제한 기록이 없습니다.", en: "Nothing has been let go yet." })}>
          <p>{say({ ko: "paring journal retention 명령이 기간이 지난 턴을 지우고 그 내역을 여기에 남깁니다.", en: "The command paring journal retention deletes what is too old, and leaves its record here." })}</p>
        </Empty>
      ) : (
        <section class="panel">
          <h2>{say({ ko: "삭제 내역", en: "What was let go" })}</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "삭제 내역", en: "What was let go" })}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{say({ ko: "실행", en: "Run" })}</th>
                  <th scope="col">{say({ ko: "이보다 오래된 것", en: "Older than" })}</th>
                  <th scope="col" class="number">{say({ ko: "턴", en: "Turns" })}</th>
                  <th scope="col" class="number">{say({ ko: "신고", en: "Marks" })}</th>
                  <th scope="col" class="number">{say({ ko: "상담 건", en: "Tickets" })}</th>
                  <th scope="col">{say({ ko: "남은 것 중 가장 오래된 턴", en: "Oldest left" })}</th>
                </tr>
              </thead>
              <tbody>
                {value.rows.map((run) => (
                  <tr key={run.at}>
                    <td>{moment(run.at)}</td>
                    <td>{moment(run.before)} <small>{say({ ko: `(${run.days}일)`, en: `(${run.days} days)` })}</small></td>
                    <td class="number">{number(run.turns)}</td>
                    <td class="number">{number(run.marks)}</td>
                    <td class="number">{number(run.tickets)}</td>
                    <td>{run.oldest ? moment(run.oldest) : "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </div>
  );
}
