// Each release's marks on the evaluation cases, as its own report has them.
import { get } from "../api";
import { linkTo } from "../router";
import { Badge, Empty, Trouble, useLoaded } from "../ui";
import { moment, number, percent, say } from "../words";
import { Chart } from "./chart";

type Evaluation = {
  number: number; hash: string; active: boolean; made: string; bytes: number; certified: boolean; accuracy: number | null; coverage: number | null; wrong_rate: number | null;
  wrong_rate_upper95: number | null; oos_recall: number | null; cases: number | null; scripted: number | null; scripted_wrong: number | null; intents: number | null; contrasts: number | null; contrasts_failed: number | null;
};
type Note = { release: number; event: string; author: string; reason: string; at: string };
const share = (value: number | null): string => (value === null || value === undefined ? "–" : percent(value, 2));

const eventWords: Record<string, { ko: string; en: string }> = {
  activating: { ko: "게시 시작", en: "activating" },
  activated: { ko: "게시", en: "activated" },
  overriding: { ko: "기준 미달을 무릅쓰고 게시 시작", en: "overriding" },
  "stepping back": { ko: "되돌리기 시작", en: "stepping back" },
  "not activated": { ko: "게시되지 않음", en: "not activated" },
};
export const eventName = (event: string): string => (eventWords[event] ? say(eventWords[event]!) : event);

export function Evaluations() {
  const { value, error } = useLoaded<{ rows: Evaluation[]; notes: Note[] }>((signal) => get("/api/evaluations", {}, { signal }), []);
  if (!value) return <Trouble of={error} />;
  if (value.rows.length === 0)
    return (
      <Empty title={say({ ko: "아직 배포본이 없습니다.", en: "There is no release yet." })}>
        <p>{say({ ko: "‘게시’ 화면에서 학습하면 배포본과 평가가 생깁니다.", en: "Training on the page “Publish” makes one, with its evaluation." })}</p>
      </Empty>
    );
  const ordered = [...value.rows].reverse();
  const live = (release: number) => value.notes.filter((note) => note.release === release && note.event === "activated").pop();
  return (
    <div class="stack">
      {ordered.length > 1 && (
        <div class="charts">
          <Chart title={say({ ko: "배포본별 정확도와 범위", en: "Accuracy and coverage by release" })} note={say({ ko: "평가 예문에서 잰 값입니다.", en: "Measured on the evaluation cases." })} days={ordered.map((row) => `     ${row.number}`)} lines={[
            { name: say({ ko: "정확도", en: "Accuracy" }), values: ordered.map((row) => row.accuracy), shown: share },
            { name: say({ ko: "승인 답변 비율", en: "Coverage" }), values: ordered.map((row) => row.coverage), shown: share },
          ]} />
          <Chart title={say({ ko: "배포본별 오답률", en: "Wrong rate by release" })} note={say({ ko: "점선은 95 % 확신의 상한입니다.", en: "Dashed: the bound at 95 %." })} days={ordered.map((row) => `     ${row.number}`)} lines={[
            { name: say({ ko: "오답률", en: "Wrong rate" }), values: ordered.map((row) => row.wrong_rate), shown: share },
            { name: say({ ko: "상한", en: "Bound" }), values: ordered.map((row) => row.wrong_rate_upper95), shown: share },
          ]} />
        </div>
      )}
      <section class="panel">
        <h2>{say({ ko: "평가 이력", en: "Evaluations" })}</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "평가 이력", en: "Evaluations" })}>
          <table class="wide">
            <thead>
              <tr>
                <th scope="col">{say({ ko: "배포본", en: "Release" })}</th>
                <th scope="col">{say({ ko: "만든 때", en: "Made" })}</th>
                <th scope="col">{say({ ko: "게시", en: "Went live" })}</th>
                <th scope="col" class="number">{say({ ko: "정확도", en: "Accuracy" })}</th>
                <th scope="col" class="number">{say({ ko: "승인 답변 비율", en: "Coverage" })}</th>
                <th scope="col" class="number">{say({ ko: "오답률 (95 % 상한)", en: "Wrong (bound at 95 %)" })}</th>
                <th scope="col" class="number">{say({ ko: "범위 밖 구별", en: "Out of scope found" })}</th>
                <th scope="col" class="number">{say({ ko: "평가 예문", en: "Cases" })}</th>
                <th scope="col">{say({ ko: "허용 오답률", en: "Budget" })}</th>
                <th scope="col">{say({ ko: "해시", en: "Hash" })}</th>
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => {
                const note = live(row.number);
                return (
                  <tr key={row.number}>
                    <td><a href={linkTo("lead", ["turns"], { release: row.number })}>{row.number}</a> {row.active && <Badge tone="good">{say({ ko: "사용 중", en: "live" })}</Badge>}</td>
                    <td>{moment(row.made)}</td>
                    <td>{note ? <>{moment(note.at)}<br /><small>{note.author}</small></> : "–"}</td>
                    <td class="number">{share(row.accuracy)}</td>
                    <td class="number">{share(row.coverage)}</td>
                    <td class="number">{share(row.wrong_rate)} <small>({share(row.wrong_rate_upper95)})</small><br /><small>{number(row.scripted_wrong ?? 0)} / {number(row.scripted ?? 0)}</small></td>
                    <td class="number">{share(row.oos_recall)}</td>
                    <td class="number">{number(row.cases ?? 0)}</td>
                    <td>{row.certified ? <Badge tone="good">{say({ ko: "보증됨", en: "certified" })}</Badge> : <Badge tone="warn">{say({ ko: "보증 안 됨", en: "not certified" })}</Badge>}</td>
                    <td><code title={row.hash}>{row.hash ? row.hash.slice(0, 12) : say({ ko: "손상됨", en: "damaged" })}</code></td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
