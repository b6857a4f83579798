// From what was approved to what customers are told: what waits, publishing now or at a time, a refusal with its rows, and the way back.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { useSession } from "../context";
import { linkTo } from "../router";
import { Badge, Button, Confirm, Dialog, Empty, Field, toast, Trouble, useLoaded } from "../ui";
import { moment, number, say, type Words } from "../words";
import { Gate } from "./gate";
import { failure, JobBar, useEvery, type Job } from "./jobs";

type Review = { number: number; title: string; author: string; decided_by: string; decided_at: string; rows: number };
type Note = { release: number; event: string; author: string; reason: string; at: string };
type Publish = {
  active: number; before: number; newest: number; serving: number;
  changes: { since: string | null; changed_at: string | null; has_changed: boolean; reviews: Review[] };
  gate: Job | null; jobs: Job[]; last: Job[]; history: Note[]; releases: { number: number; hash: string; at: string | null }[];
};

const eventWords: Record<string, Words> = {
  activated: { ko: "게시됨", en: "went live" },
  activating: { ko: "게시 시작", en: "activation begun" },
  overriding: { ko: "기준에 못 미치지만 게시", en: "override" },
  "stepping back": { ko: "되돌리기 시작", en: "step back begun" },
  "not activated": { ko: "게시하지 못함", en: "not activated" },
};

// 로 or 으로, as the number is read: 영, 삼 and 육 end in a consonant.
const toward = (release: number): string => `배포본 ${release}${[0, 3, 6].includes(release % 10) ? "으로" : "로"}`;

function Later({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const pad = (n: number) => String(n).padStart(2, "0");
  const soon = new Date(Date.now() + 3600000);
  const local = `${soon.getFullYear()}-${pad(soon.getMonth() + 1)}-${pad(soon.getDate())}T${pad(soon.getHours())}:00`;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const at = new Date(String(new FormData(event.currentTarget as HTMLFormElement).get("at")));
    if (Number.isNaN(at.getTime()) || at.getTime() < Date.now()) return setError(say({ ko: "지금보다 뒤의 시각을 골라 주세요.", en: "Please choose a time that is still to come." }));
    setBusy(true);
    try {
      await post("/api/publish", { at: at.toISOString() });
      onDone();
      onClose();
    } catch (failed) {
      setError((failed as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: "시각을 정해 게시", en: "Publish at a time" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Field label={say({ ko: "게시를 시작할 시각", en: "When to begin" })} hint={say({ ko: "그때까지 승인된 변경이 모두 들어갑니다. 학습이 끝나고 기준을 통과하면 게시됩니다.", en: "Everything approved by then goes in. It goes live when training is done and the gate is passed." })}>
          {(id, about) => <input id={id} name="at" type="datetime-local" required defaultValue={local} aria-describedby={about} />}
        </Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "닫기", en: "Close" })}</Button>
          <Button kind="main" type="submit" busy={busy}>{say({ ko: "예약", en: "Schedule" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Override({ release, onClose, onDone }: { release: number; onClose: () => void; onDone: () => void }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    if (!reason) return setError(say({ ko: "일 년 뒤에도 알아볼 수 있는 이유를 적어 주세요.", en: "Please give a reason that will be understood in a year." }));
    setBusy(true);
    try {
      await post("/api/publish/override", { release, reason });
      onDone();
      onClose();
    } catch (failed) {
      setError((failed as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: `배포본 ${release}: 기준에 못 미쳐도 게시`, en: `Publish release ${release} against the gate` })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>{say({ ko: "이유와 이름, 못 미친 기준이 이력과 감사 기록에 남습니다. 답변 자체의 오류가 있으면 이렇게도 게시할 수 없습니다.", en: "The reason, your name and the failing bars are kept in the history and the audit. Faults in the answers themselves cannot be overridden." })}</p>
        <Field label={say({ ko: "이유", en: "Reason" })}>{(id) => <textarea id={id} name="reason" required maxLength={500} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="danger" type="submit" busy={busy}>{say({ ko: "책임지고 게시", en: "Publish" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Waiting({ value, may, free, onNow, onLater, busy }: { value: Publish; may: boolean; free: boolean; onNow: () => void; onLater: () => void; busy: boolean }) {
  const { reviews, has_changed } = value.changes;
  return (
    <section class="panel stack" aria-labelledby="waiting">
      <div class="spread">
        <h2 id="waiting">{say({ ko: "게시를 기다리는 변경", en: "Waiting to be published" })}</h2>
        {may && free && has_changed && (
          <div class="line">
            <Button onClick={onLater}>{say({ ko: "시각 정해 게시", en: "Publish at a time" })}</Button>
            <Button kind="main" busy={busy} onClick={onNow}>{say({ ko: "지금 게시", en: "Publish now" })}</Button>
          </div>
        )}
      </div>
      {!has_changed ? (
        <Empty title={say({ ko: "게시할 변경이 없습니다.", en: "There is nothing to publish." })}>
          <p>{say({ ko: "답변 관리에서 고친 내용이 검토를 통과하면 여기에 나타납니다.", en: "What is edited under Content appears here once it is approved." })}</p>
        </Empty>
      ) : (
        <>
          {reviews.length > 0 && (
            <div class="scroll" role="region" tabIndex={0} aria-label={say({ ko: "승인된 검토", en: "Approved reviews" })}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{say({ ko: "검토", en: "Review" })}</th>
                    <th scope="col" class="number">{say({ ko: "행", en: "Rows" })}</th>
                    <th scope="col">{say({ ko: "작성", en: "By" })}</th>
                    <th scope="col">{say({ ko: "승인", en: "Approved" })}</th>
                  </tr>
                </thead>
                <tbody>
                  {reviews.map((review) => (
                    <tr key={review.number}>
                      <td><a href={linkTo("writer", ["reviews", review.number])}>{review.title}</a></td>
                      <td class="number">{number(review.rows)}</td>
                      <td>{review.author}</td>
                      <td>{review.decided_by} · {moment(review.decided_at)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {reviews.length === 0 && <p>{say({ ko: "검토를 거치지 않고 들여온 변경이 있습니다.", en: "There are changes that came by an import, without a review." })}</p>}
          {!may && <p class="hint">{say({ ko: "게시는 검토자나 책임자가 할 수 있습니다.", en: "A reviewer or a lead may publish." })}</p>}
        </>
      )}
    </section>
  );
}

export function PublishTab() {
  const { me, refresh } = useSession();
  const { value, error, again } = useLoaded<Publish>((signal) => get("/api/publish", {}, { signal }), []);
  const [open, setOpen] = useState<"" | "later" | "rollback" | "override">("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const isBusy = (value?.jobs.length ?? 0) > 0 || (value ? value.serving !== value.active : false);
  useEvery(again, isBusy);
  if (!value) return <Trouble of={error} />;
  const may = me.role === "reviewer" || me.role === "lead";
  const act = async (path: string, body: object, words: Words) => {
    setBusy(true);
    setTrouble("");
    try {
      await post(path, body);
      toast(words);
      again();
      void refresh();
    } catch (failed) {
      setTrouble((failed as Error).message);
    }
    setBusy(false);
  };
  const last = value.last[0];
  const gate = value.gate?.result?.gate;
  const judged = value.newest !== value.active && gate;
  const isRefused = judged && !gate.passes;
  const stoppedOtherwise = last && last.state === "failed" && last.number !== value.gate?.number && value.jobs.length === 0;
  const active = value.releases.find((release) => release.number === value.active);
  return (
    <div class="stack">
      <Trouble of={error || trouble} />
      <section class="panel spread" aria-label={say({ ko: "지금 쓰는 배포본", en: "The active release" })}>
        <div>
          <p class="big" role="status">{value.active ? say({ ko: `${toward(value.active)} 답하고 있습니다`, en: `Answering from release ${value.active}` }) : say({ ko: "아직 게시한 배포본이 없습니다", en: "No release is live yet" })}</p>
          {active && <p class="hint">{say({ ko: `${moment(active.at)}에 학습 · ${active.hash.slice(0, 12)}`, en: `trained ${moment(active.at)} · ${active.hash.slice(0, 12)}` })}</p>}
          {value.serving !== value.active && <p class="hint">{say({ ko: "새 배포본으로 바꾸는 중입니다…", en: "Changing over…" })}</p>}
        </div>
        {may && value.before > 0 && value.before < value.active && !value.jobs.some((job) => job.kind === "rollback") && <Button kind="danger" onClick={() => setOpen("rollback")}>{say({ ko: `${toward(value.before)} 되돌리기`, en: `Back to release ${value.before}` })}</Button>}
      </section>
      {value.jobs.map((job) => <JobBar key={job.number} job={job} onCancelled={again} />)}
      {stoppedOtherwise && <Trouble of={say({ ko: `마지막 게시를 끝내지 못했습니다. ${failure(last)}`, en: `The last publishing did not end: ${failure(last)}` })} />}
      {isRefused && value.jobs.length === 0 && (
        <section class="panel stack" aria-labelledby="refused">
          <div class="spread">
            <h2 id="refused"><Badge tone="bad">{say({ ko: "게시 안 됨", en: "Refused" })}</Badge> {say({ ko: `배포본 ${value.newest}: 기준에 못 미쳐 게시하지 않았습니다`, en: `Release ${value.newest} fails the gate and was not published` })}</h2>
            {me.role === "lead" && <Button kind="danger" onClick={() => setOpen("override")}>{say({ ko: "책임자 권한으로 게시", en: "Override" })}</Button>}
          </div>
          <p>{say({ ko: `고객은 계속 배포본 ${value.active}의 답을 받습니다. 아래 행을 고쳐 다시 게시해 주세요.`, en: `Customers go on getting the answers of release ${value.active}. Mend the rows below and publish again.` })}</p>
          <Gate gate={gate} />
        </section>
      )}
      <Waiting value={value} may={may} free={value.jobs.length === 0} busy={busy} onLater={() => setOpen("later")} onNow={() => void act("/api/publish", {}, { ko: "게시를 시작했습니다.", en: "Publishing has begun." })} />
      {gate && !isRefused && (
        <section class="panel stack" aria-labelledby="passed">
          <h2 id="passed">{say({ ko: `배포본 ${value.newest}의 게시 기준`, en: `The gate of release ${value.newest}` })}</h2>
          {value.newest !== value.active && may && value.jobs.length === 0 && (
            <p class="line">
              {say({ ko: "학습은 되었고 아직 게시되지 않았습니다.", en: "It is trained and not live yet." })}
              <Button busy={busy} onClick={() => void act("/api/publish/activate", { release: value.newest }, { ko: "게시를 시작했습니다.", en: "Publishing has begun." })}>{say({ ko: `배포본 ${value.newest} 게시`, en: `Publish release ${value.newest}` })}</Button>
            </p>
          )}
          <Gate gate={gate} />
        </section>
      )}
      {!gate && value.newest > 0 && value.jobs.length === 0 && (
        <p class="line">
          {say({ ko: `배포본 ${value.newest}의 기준표가 아직 없습니다.`, en: `There is no table of release ${value.newest} yet.` })}
          <Button busy={busy} onClick={() => void act("/api/publish/gate", { release: value.newest }, { ko: "기준을 확인하고 있습니다.", en: "The gate is being judged." })}>{say({ ko: "기준 확인", en: "Judge it" })}</Button>
        </p>
      )}
      <section class="panel stack" aria-labelledby="history">
        <h2 id="history">{say({ ko: "이력", en: "History" })}</h2>
        <div class="scroll" role="region" tabIndex={0} aria-label={say({ ko: "이력 표", en: "Table of the history" })}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say({ ko: "때", en: "When" })}</th>
                <th scope="col" class="number">{say({ ko: "배포본", en: "Release" })}</th>
                <th scope="col">{say({ ko: "일", en: "Event" })}</th>
                <th scope="col">{say({ ko: "누가", en: "Who" })}</th>
                <th scope="col">{say({ ko: "이유", en: "Reason" })}</th>
              </tr>
            </thead>
            <tbody>
              {[...value.history].reverse().filter((note) => note.event !== "activating").slice(0, 30).map((note, at) => (
                <tr key={at}>
                  <td>{moment(note.at)}</td>
                  <td class="number">{note.release}</td>
                  <td>{eventWords[note.event] ? say(eventWords[note.event]!) : note.event}</td>
                  <td>{note.author}</td>
                  <td>{note.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {open === "later" && <Later onClose={() => setOpen("")} onDone={() => { toast({ ko: "예약했습니다.", en: "Scheduled." }); again(); }} />}
      {open === "override" && <Override release={value.newest} onClose={() => setOpen("")} onDone={() => { toast({ ko: "게시를 시작했습니다. 이유를 남겼습니다.", en: "Publishing has begun; the reason is kept." }); again(); }} />}
      {open === "rollback" && (
        <Confirm
          title={say({ ko: "되돌리기", en: "Roll back" })}
          text={say({ ko: `지금부터 ${toward(value.before)} 답합니다. 고친 내용도 배포본 ${value.active}도 그대로 남아 있어 다시 게시할 수 있습니다.`, en: `Answers come from release ${value.before} from now on. Edits and release ${value.active} stay and can be published again.` })}
          yes={say({ ko: `${toward(value.before)} 되돌리기`, en: `Back to release ${value.before}` })}
          danger
          onClose={() => setOpen("")}
          onYes={async () => {
            await post("/api/publish/rollback", { release: value.before });
            toast({ ko: "되돌리고 있습니다.", en: "Rolling back." });
            again();
          }}
        />
      )}
    </div>
  );
}
