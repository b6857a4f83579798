// A review tried out before anybody decides on it: the gate's table with its rows in, and which of the journal's turns would be answered
// otherwise.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api";
import { intentTitle, useSession } from "../context";
import { linkTo } from "../router";
import { Button, Empty, Trouble } from "../ui";
import { moment, number, routeName, say, type Words } from "../words";
import { Gate, type GateTable } from "./gate";
import { failure, isOpen, JobBar, useJob, type Job } from "./jobs";
import "./release.css";

type Group = { change: string; from: string; to: string; turns: number; customers: number; samples: { turn: string; message: string }[] };
type Replay = { turns: number; changed: number; customers: number; already: number; wrong_changed: number; wrong_unchanged: number; groups: Group[] };
type Result = { review: number; active: number; gate: GateTable; replay: Replay | null };

const changeWords: Record<string, Words> = {
  route: { ko: "경로가 바뀜", en: "another route" },
  intent: { ko: "의도가 바뀜", en: "another intent" },
  answer: { ko: "답변이 바뀜", en: "another answer" },
  text: { ko: "글이 바뀜", en: "another text" },
};
const SHOWN = 20;

function Groups({ replay }: { replay: Replay }) {
  const { bot } = useSession();
  const [all, setAll] = useState(false);
  const told = (words: string) => {
    const [route = "", intent = "", ...rest] = words.split(" ");
    return [routeName(route), intent && intent !== "-" ? intentTitle(bot, intent) : "", ...rest].filter(Boolean).join(" · ");
  };
  return (
    <>
      <div class="scroll" role="region" tabIndex={0} aria-label={say({ ko: "달라지는 턴", en: "Turns that would change" })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say({ ko: "지금까지", en: "Until now" })}</th>
              <th scope="col">{say({ ko: "앞으로", en: "From then on" })}</th>
              <th scope="col" class="number">{say({ ko: "고객", en: "Customers" })}</th>
              <th scope="col" class="number">{say({ ko: "턴", en: "Turns" })}</th>
              <th scope="col">{say({ ko: "보기", en: "Samples" })}</th>
            </tr>
          </thead>
          <tbody>
            {(all ? replay.groups : replay.groups.slice(0, SHOWN)).map((group, at) => (
              <tr key={at}>
                <td>{told(group.from)}</td>
                <td>
                  {told(group.to)}
                  <br />
                  <small>{changeWords[group.change] ? say(changeWords[group.change]!) : group.change}</small>
                </td>
                <td class="number">{number(group.customers)}</td>
                <td class="number">{number(group.turns)}</td>
                <td class="samples">
                  {group.samples.map((sample) => (
                    <div key={sample.turn}>
                      <a href={linkTo("turn", [sample.turn])}>{sample.message}</a>
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && replay.groups.length > SHOWN && <Button onClick={() => setAll(true)}>{say({ ko: `나머지 ${number(replay.groups.length - SHOWN)}묶음도 보기`, en: `Show ${number(replay.groups.length - SHOWN)} more groups` })}</Button>}
    </>
  );
}

function Shown({ result, job }: { result: Result; job: Job }) {
  const { replay, gate } = result;
  return (
    <div class="stack">
      <p class="big" role="status">
        {!replay ? say({ ko: "다시 돌려 볼 기록이 아직 없습니다.", en: "There is no journal to replay yet." })
        : replay.changed === 0 ? say({ ko: `${number(replay.turns)}개 턴 중 달라지는 것이 없습니다.`, en: `None of ${number(replay.turns)} turns would change.` })
        : say({ ko: `${number(replay.turns)}개 턴 중 ${number(replay.changed)}개가 달라집니다. 고객 ${number(replay.customers)}명입니다.`, en: `${number(replay.changed)} of ${number(replay.turns)} turns would change, of ${number(replay.customers)} customers.` })}
      </p>
      {replay && replay.already > 0 && (
        <p class="hint">{say({ ko: `지금 쓰는 배포본으로 돌려도 ${number(replay.already)}개는 그때의 기록과 다릅니다.`, en: `With the active release alone, ${number(replay.already)} differ from what was said then.` })}</p>
      )}
      {replay && replay.wrong_changed + replay.wrong_unchanged > 0 && (
        <p>{say({ ko: `오답으로 신고된 턴 중 ${number(replay.wrong_changed)}개는 다른 답을 받고, ${number(replay.wrong_unchanged)}개는 그대로입니다.`, en: `Of the turns marked wrong, ${number(replay.wrong_changed)} would change and ${number(replay.wrong_unchanged)} would not.` })}</p>
      )}
      {replay && replay.changed > 0 && <Groups replay={replay} />}
      <h3>{gate.passes ? say({ ko: "게시 기준을 모두 통과합니다", en: "It passes the gate" }) : say({ ko: "게시 기준에 못 미칩니다", en: "It fails the gate" })}</h3>
      <Gate gate={gate} />
      <small>{say({ ko: `${moment(job.ended_at)}에 돌려 본 결과`, en: `As tried at ${moment(job.ended_at)}` })}</small>
    </div>
  );
}

export function Trial({ review }: { review: number }) {
  const [last, setLast] = useState<Job | null>(null);
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const show = async (job: Job) => setLast(job.state === "done" ? await get<Job>(`/api/jobs/${job.number}`) : job);
  const { job, follow } = useJob((ended) => void show(ended).catch((failed) => setError((failed as Error).message)));
  useEffect(() => {
    setLast(null);
    setAsked(false);
    get<{ rows: Job[] }>("/api/jobs", { kind: "trial", subject: review, limit: 1 })
      .then(({ rows }) => (rows[0] ? (isOpen(rows[0]) ? follow(rows[0].number) : show(rows[0])) : undefined))
      .then(() => setAsked(true))
      .catch((failed) => setError((failed as Error).message));
  }, [review]);
  const start = async () => {
    setBusy(true);
    setError("");
    try {
      follow((await post("/api/reviews/trial", { review })).job);
    } catch (failed) {
      setError((failed as Error).message);
    }
    setBusy(false);
  };
  const result = last?.result as Result | undefined;
  return (
    <section class="stack" aria-label={say({ ko: "미리 돌려 보기", en: "Trial" })}>
      <div class="spread">
        <h2>{say({ ko: "미리 돌려 보기", en: "Trial" })}</h2>
        {!job && <Button kind={result ? "plain" : "main"} busy={busy} onClick={() => void start()}>{last ? say({ ko: "다시 돌려 보기", en: "Try again" }) : say({ ko: "돌려 보기", en: "Try it" })}</Button>}
      </div>
      <Trouble of={error || (last && last.state === "failed" ? failure(last) : "")} />
      {job && <JobBar job={job} />}
      {!job && !last && asked && (
        <Empty title={say({ ko: "아직 돌려 보지 않았습니다.", en: "Not tried yet." })}>
          <p>{say({ ko: "이 변경을 넣어 따로 학습하고, 지난 대화를 다시 돌려 무엇이 달라지는지 보여 줍니다. 고객에게는 아무 영향이 없습니다.", en: "Trains a copy with these changes and replays past conversations on it. Customers notice nothing." })}</p>
        </Empty>
      )}
      {last && last.state === "done" && (result ? <Shown result={result} job={last} /> : <p>{say({ ko: "결과를 보관하는 7일이 지났습니다. 다시 돌려 보세요.", en: "Results are kept for seven days. Try it again." })}</p>)}
    </section>
  );
}
