// What runs beside the server: how far it is, and that it can be stopped. It is asked for every second while it goes on.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post } from "../api";
import { Button, toast, useLoaded } from "../ui";
import { moment, percent, say, type Words } from "../words";

export type Progress = { step?: number; steps?: number; what?: string; done?: number; total?: number; why?: string };
export type Job = {
  number: number; kind: string; subject: string; state: "waiting" | "running" | "done" | "failed" | "cancelled"; author: string; reason: string;
  wanted_at: string; created_at: string; began_at: string | null; ended_at: string | null; progress: Progress; result?: any;
};

const kindWords: Record<string, Words> = {
  train: { ko: "학습", en: "Training" },
  publish: { ko: "게시", en: "Publishing" },
  gate: { ko: "게시 기준 확인", en: "Gate" },
  activate: { ko: "배포본 바꾸기", en: "Activation" },
  override: { ko: "책임자 게시", en: "Override" },
  rollback: { ko: "되돌리기", en: "Rollback" },
  trial: { ko: "미리 돌려 보기", en: "Trial" },
  check: { ko: "점검", en: "Check" },
  unanswered: { ko: "미응답 모으기", en: "Gathering" },
  audit: { ko: "감사 기록 검증", en: "Verifying the audit" },
};
const stepWords: Record<string, Words> = {
  words: { ko: "낱말 익히기", en: "words" },
  intents: { ko: "의도 학습", en: "intents" },
  confidence: { ko: "확신도 맞추기", en: "confidence" },
  replaying: { ko: "기록 다시 돌리기", en: "replaying the journal" },
};
export const kindName = (kind: string): string => (kindWords[kind] ? say(kindWords[kind]) : kind);
export const isOpen = (job: Job | null | undefined): boolean => job?.state === "waiting" || job?.state === "running";

export function failure(job: Job): string {
  if (job.state === "cancelled") return say({ ko: "취소했습니다. 바뀐 것은 없습니다.", en: "Cancelled. Nothing has changed." });
  if (job.progress.why === "stopped with the server") return say({ ko: "서버가 멈추면서 함께 멈췄습니다. 다시 시작해 주세요.", en: "It stopped with the server. Please start it again." });
  return job.progress.why ?? say({ ko: "끝내지 못했습니다.", en: "It did not end well." });
}

// Calls `look` every second while `busy`, else every fifteen; not while the page is out of sight.
export function useEvery(look: () => void, busy: boolean): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && latest.current(), busy ? 1000 : 15000);
    return () => clearInterval(timer);
  }, [busy]);
}

// One job from when it was asked for to its end; `ended` is called once, with its result.
export function useJob(ended: (job: Job) => void): { job: Job | null; follow: (number: number) => void } {
  const [number, setNumber] = useState(0);
  const [job, setJob] = useState<Job | null>(null);
  const latest = useRef(ended);
  latest.current = ended;
  useEffect(() => {
    if (!number) return;
    let stopped = false;
    const look = async () => {
      try {
        const { rows } = await get<{ rows: Job[] }>("/api/jobs", { limit: 200 });
        const found = rows.find((row) => row.number === number);
        if (stopped || !found) return;
        if (isOpen(found)) return setJob(found);
        stopped = true;
        clearInterval(timer);
        setJob(null);
        setNumber(0);
        latest.current(found);
      } catch {
        // the next look may reach the server again
      }
    };
    const timer = setInterval(() => void look(), 1000);
    void look();
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [number]);
  return { job, follow: setNumber };
}

// What the last job of a kind kept at `path`, and how to `run` another, which is followed to its end.
export function useKept<Kept extends { running: Job[] }>(path: string, parameters: Record<string, string | number>, start: string) {
  const { value, error, again } = useLoaded<Kept>((signal) => get(path, parameters, { signal }), Object.values(parameters));
  const [trouble, setTrouble] = useState("");
  const { job, follow } = useJob((ended) => {
    if (ended.state !== "done") setTrouble(failure(ended));
    again();
  });
  useEffect(() => {
    if (value?.running[0]) follow(value.running[0].number);
  }, [value]);
  const run = async () => {
    setTrouble("");
    try {
      follow((await post(start)).job);
    } catch (failed) {
      setTrouble((failed as Error).message);
    }
  };
  return { value, error, trouble, again, run, running: job ?? value?.running[0] ?? null };
}

export function JobBar({ job, onCancelled }: { job: Job; onCancelled?: () => void }) {
  const [busy, setBusy] = useState(false);
  const { what, done = 0, total = 0, step, steps } = job.progress;
  const name = kindName(job.kind);
  const isScheduled = job.state === "waiting" && new Date(job.wanted_at).getTime() > Date.now() + 5000;
  const about =
    isScheduled ? say({ ko: `${moment(job.wanted_at)}에 시작합니다`, en: `starts at ${moment(job.wanted_at)}` })
    : job.state === "waiting" ? say({ ko: "차례를 기다립니다", en: "waits its turn" })
    : what ? `${stepWords[what] ? say(stepWords[what]!) : what}${steps && steps > 1 ? ` (${step}/${steps})` : ""}`
    : say({ ko: "시작했습니다", en: "has begun" });
  const cancel = async () => {
    setBusy(true);
    try {
      await post("/api/jobs/cancel", { number: job.number });
      toast({ ko: `${name}: 취소했습니다. 바뀐 것은 없습니다.`, en: `${name}: cancelled. Nothing has changed.` });
      onCancelled?.();
    } catch (error) {
      toast((error as Error).message, true);
    }
    setBusy(false);
  };
  return (
    <section class="panel stack" aria-label={say({ ko: `${name} 진행`, en: `${name} under way` })}>
      <div class="spread">
        <p role="status">
          <strong>{name}</strong> · {about} <small>{job.author}</small>
        </p>
        <Button kind="danger" busy={busy} onClick={() => void cancel()}>
          {isScheduled ? say({ ko: "예약 취소", en: "Cancel" }) : say({ ko: "멈추기", en: "Stop" })}
        </Button>
      </div>
      {job.state === "running" && (total > 0 ? <progress aria-label={name} value={done} max={total}>{percent(done / total, 0)}</progress> : <progress aria-label={name} />)}
    </section>
  );
}
