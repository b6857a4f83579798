// The content's faults, most harmful first. What mends one becomes a draft; what is meant as it is, is accepted with a reason.
import { useState } from "preact/hooks";
import { post } from "../api";
import { intentTitle, useSession } from "../context";
import { linkTo } from "../router";
import { Badge, Button, Dialog, Field, toast, Trouble } from "../ui";
import { moment, number, say, type Words } from "../words";
import { JobBar, useKept, type Job } from "./jobs";
import { focusStays, WorkList } from "./list";

type Row = { id: string; intent: string; text: string };
type Fault = { id: string; level: "error" | "warning" | "note"; kind: string; stops_release: boolean; row: string; rows: Row[]; text: string; mend: string };
type Drafted = { kind: string; id: string; removes: boolean; intent: string | null; text_a?: string; text_b?: string };
type Check = { job: Job | null; is_stale: boolean; sums: { errors: number; warnings: number; notes: number } | null; rows: Fault[]; total: number; running: Job[]; drafts: Drafted[] };
type Mend = { row: Row; action: "move" | "remove" | "contrast"; intent?: string };

const levels: Record<Fault["level"], [Words, "bad" | "warn" | "plain"]> = {
  error: [{ ko: "오류", en: "Error" }, "bad"],
  warning: [{ ko: "경고", en: "Warning" }, "warn"],
  note: [{ ko: "참고", en: "Note" }, "plain"],
};
const MOVES = ["conflict", "near_conflict", "case_conflict", "crossed_example"];
const REMOVES = [...MOVES, "repeated_examples", "seen_case", "leaked_case", "empty"];
const LIMIT = 50;

// At most nine, each a digit.
function mendsOf(fault: Fault): Mend[] {
  const mends: Mend[] = [];
  if (fault.kind === "no_contrast" && fault.rows.length > 1) return [{ row: fault.rows[0]!, action: "contrast" }];
  const intents = [...new Set(fault.rows.map((row) => row.intent).filter(Boolean))];
  if (MOVES.includes(fault.kind)) for (const row of fault.rows.slice(0, 2)) for (const intent of intents) if (row.intent && intent !== row.intent) mends.push({ row, action: "move", intent });
  if (REMOVES.includes(fault.kind)) for (const row of fault.kind === "repeated_examples" ? fault.rows.slice(1) : fault.rows) mends.push({ row, action: "remove" });
  return mends.slice(0, 9);
}

function Accept({ fault, onClose, onDone }: { fault: Fault; onClose: () => void; onDone: () => void }) {
  const [error, setError] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await post("/api/check/accept", { fault: fault.id, reason: String(new FormData(event.currentTarget as HTMLFormElement).get("reason")) });
      onClose();
      onDone();
    } catch (failed) {
      setError((failed as Error).message);
    }
  };
  return (
    <Dialog title={say({ ko: "일부러 이렇게 둡니다", en: "This is meant so" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>{fault.text}</p>
        <Field label={say({ ko: "이유", en: "Reason" })} hint={say({ ko: "관련된 행이 바뀌면 다시 나타납니다.", en: "It comes back when one of its rows changes." })}>{(id, about) => <input id={id} name="reason" required maxLength={300} autocomplete="off" aria-describedby={about} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="main" type="submit">{say({ ko: "이대로 두기", en: "Keep it so" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function CheckTab() {
  const { bot } = useSession();
  const [shown, setShown] = useState(LIMIT);
  const { value, error, trouble, again, run: start, running } = useKept<Check>("/api/check", { limit: Math.min(shown, 200) }, "/api/check/run");
  const [accepting, setAccepting] = useState<Fault | null>(null);
  if (!value) return <Trouble of={error} />;
  const mend = async (fault: Fault, one: Mend) => {
    try {
      await post("/api/check/mend", { fault: fault.id, action: one.action, ...(one.action === "contrast" ? {} : { row: one.row.id }), ...(one.intent ? { intent: one.intent } : {}) });
      toast({ ko: "초안에 담았습니다. 검토를 거쳐야 반영됩니다.", en: "Kept as a draft; it counts once it is reviewed." });
      again();
    } catch (failed) {
      toast((failed as Error).message, true);
    }
  };
  const words = (one: Mend) => {
    if (one.action === "contrast") return say({ ko: "이 두 말을 대조 쌍으로 넣기", en: "Put the two in as a contrast pair" });
    const text = one.row.text.length > 30 ? `${one.row.text.slice(0, 30)}…` : one.row.text;
    return one.action === "move"
      ? say({ ko: `‘${text}’: ${intentTitle(bot, one.row.intent)} → ${intentTitle(bot, one.intent!)}`, en: `“${text}”: ${intentTitle(bot, one.row.intent)} → ${intentTitle(bot, one.intent!)}` })
      : say({ ko: `${intentTitle(bot, one.row.intent)}의 ‘${text}’ 지우기`, en: `Remove “${text}” of ${intentTitle(bot, one.row.intent)}` });
  };
  const draftOf = (fault: Fault) => value.drafts.find((draft) => (fault.kind === "no_contrast" ? draft.text_a === fault.rows[0]?.text && draft.text_b === fault.rows[1]?.text : fault.rows.some((row) => row.id === draft.id)));
  const act = (fault: Fault, code: string): boolean => {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
    const one = digit ? mendsOf(fault)[Number(digit) - 1] : undefined;
    if (one) void mend(fault, one);
    else if (code === "KeyA" && !fault.stops_release) setAccepting(fault);
    else if (code === "KeyE") location.hash = linkTo("writer", [], { q: fault.row });
    else return false;
    return true;
  };
  return (
    <div class="stack">
      <Trouble of={error || trouble} />
      <section class="panel spread">
        <div>
          <p class="big" role="status">
            {!value.job ? say({ ko: "아직 점검하지 않았습니다", en: "Not checked yet" })
            : value.total === 0 ? say({ ko: "고칠 것이 없습니다", en: "No faults" })
            : say({ ko: `고칠 것 ${number(value.total)}개`, en: `${number(value.total)} faults` })}
          </p>
          {value.job && <p class="hint">{say({ ko: `${moment(value.job.ended_at)}에 점검`, en: `checked ${moment(value.job.ended_at)}` })}{value.is_stale ? say({ ko: " · 그 뒤로 내용이 바뀌었습니다", en: " · the content has changed since" }) : ""}</p>}
        </div>
        {!running && <Button kind={value.is_stale ? "main" : "plain"} onClick={() => void start()}>{value.job ? say({ ko: "다시 점검", en: "Check again" }) : say({ ko: "점검하기", en: "Check" })}</Button>}
      </section>
      {value.sums && value.sums.errors + value.sums.warnings + value.sums.notes > 2000 && <p class="hint">{say({ ko: `모두 ${number(value.sums.errors + value.sums.warnings + value.sums.notes)}개 가운데 가장 급한 2,000개입니다.`, en: `The 2,000 most harmful of ${number(value.sums.errors + value.sums.warnings + value.sums.notes)}.` })}</p>}
      {value.drafts.length > 0 && (
        <p>
          <a href={linkTo("writer", ["drafts"])}>{say({ ko: `내 초안 ${number(value.drafts.length)}개를 검토에 올리기`, en: `Send my ${number(value.drafts.length)} drafts to review` })}</a>
        </p>
      )}
      {running && <JobBar job={running} />}
      {value.rows.length > 0 && (
        <WorkList
          label={say({ ko: "고칠 것", en: "Faults" })}
          items={value.rows}
          id={(fault) => fault.id}
          act={act}
          keys={say({ ko: "1–9 고치기 · a 이대로 두기 · e 편집 화면", en: "1–9 mend · a accept · e editor" })}
          item={(fault) => {
            const draft = draftOf(fault);
            return (
              <>
                <p><Badge tone={levels[fault.level][1]}>{say(levels[fault.level][0])}</Badge> <strong>{fault.text}</strong></p>
                {fault.rows.length > 0 && (
                  <ul class="rows">
                    {fault.rows.map((row) => (
                      <li key={row.id}>{row.intent && <Badge>{intentTitle(bot, row.intent)}</Badge>} <span>{row.text || row.id}</span></li>
                    ))}
                  </ul>
                )}
                {draft ? (
                  <p role="status"><Badge tone="good">{say({ ko: "초안에 있음", en: "Drafted" })}</Badge> {draft.kind === "contrasts" ? say({ ko: "대조 쌍으로 넣기로 했습니다.", en: "to be put in as a pair" }) : draft.removes ? say({ ko: "지우기로 했습니다.", en: "to be removed" }) : say({ ko: `${intentTitle(bot, draft.intent ?? "")}(으)로 옮기기로 했습니다.`, en: `to be moved to ${intentTitle(bot, draft.intent ?? "")}` })}</p>
                ) : (
                  <p class="hint">{fault.mend}</p>
                )}
                <div class="mends">
                  {mendsOf(fault).map((one, at) => (
                    <Button key={at} onClick={() => void mend(fault, one)}><kbd>{at + 1}</kbd>{words(one)}</Button>
                  ))}
                  {!fault.stops_release && <Button kind="quiet" onClick={() => setAccepting(fault)}><kbd>a</kbd>{say({ ko: "이대로 두기", en: "Accept" })}</Button>}
                </div>
              </>
            );
          }}
        />
      )}
      {value.total > value.rows.length && shown < 200 && <Button onClick={() => setShown(200)}>{say({ ko: "더 보기", en: "Show more" })}</Button>}
      {accepting && <Accept fault={accepting} onClose={() => setAccepting(null)} onDone={() => { toast({ ko: "이대로 두기로 했습니다.", en: "Accepted." }); focusStays(); again(); }} />}
    </div>
  );
}
