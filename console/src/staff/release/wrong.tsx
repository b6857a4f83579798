// Wrong replies that somebody has reported, until a writer has settled each.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { intentTitle, useSession } from "../context";
import { linkTo } from "../router";
import { Badge, Button, Dialog, Empty, Field, toast, Trouble, useLoaded } from "../ui";
import { moment, number, say } from "../words";
import { focusStays, WorkList } from "./list";

type Task = { task: number; turn: string | null; message: string; answered: string | null; intent: string | null; note: string; author: string; at: string };

function Settle({ task, state, onClose, onDone }: { task: Task; state: "done" | "dismissed"; onClose: () => void; onDone: () => void }) {
  const [error, setError] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await post("/api/tasks/settle", { task: task.task, state, settlement: String(new FormData(event.currentTarget as HTMLFormElement).get("settlement")) });
      onClose();
      onDone();
    } catch (failed) {
      setError((failed as Error).message);
    }
  };
  return (
    <Dialog title={state === "done" ? say({ ko: "고쳤습니다", en: "Mended" }) : say({ ko: "고칠 것이 아닙니다", en: "Nothing to mend" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>“{task.message}”</p>
        <Field label={say({ ko: "어떻게 했는지", en: "What was done" })} hint={say({ ko: "신고한 사람이 볼 수 있습니다.", en: "Whoever reported it can see this." })}>{(id, about) => <input id={id} name="settlement" maxLength={300} autocomplete="off" aria-describedby={about} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="main" type="submit">{say({ ko: "마치기", en: "Settle" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function WrongTab() {
  const { bot } = useSession();
  const { value, error, again } = useLoaded<{ rows: Task[]; total: number }>((signal) => get("/api/tasks", { state: "open", limit: 50 }, { signal }), []);
  const [open, setOpen] = useState<{ task: Task; state: "done" | "dismissed" } | null>(null);
  if (!value) return <Trouble of={error} />;
  const draft = async (task: Task) => {
    try {
      await post("/api/drafts", { kind: "examples", fields: { text: task.message, intent: task.intent } });
      toast({ ko: "예문 초안을 만들었습니다. 답변 관리에서 검토에 올려 주세요.", en: "Kept as a draft example; send it to review under Content." });
    } catch (failed) {
      toast((failed as Error).message, true);
    }
  };
  const act = (task: Task, code: string): boolean => {
    if (code === "Digit1" && task.intent) void draft(task);
    else if (code === "KeyD") setOpen({ task, state: "done" });
    else if (code === "KeyX") setOpen({ task, state: "dismissed" });
    else return false;
    return true;
  };
  return (
    <div class="stack">
      <p class="big" role="status">{value.total === 0 ? say({ ko: "남은 오답 신고가 없습니다", en: "No wrong replies are left" }) : say({ ko: `오답 신고 ${number(value.total)}건`, en: `${number(value.total)} wrong replies` })}</p>
      <Trouble of={error} />
      {value.total === 0 ? (
        <Empty title={say({ ko: "할 일이 없습니다.", en: "Nothing to do." })}><p>{say({ ko: "상담원이 오답을 신고하면 여기에 나타납니다.", en: "What agents report as wrong appears here." })}</p></Empty>
      ) : (
        <WorkList
          label={say({ ko: "오답 신고", en: "Wrong replies" })}
          items={value.rows}
          id={(task) => String(task.task)}
          act={act}
          keys={say({ ko: "1 예문 초안 · d 고쳤음 · x 고칠 것 아님", en: "1 draft example · d mended · x nothing to mend" })}
          item={(task) => (
            <>
              <p><strong>“{task.message}”</strong></p>
              <p class="line">
                <Badge tone="bad">{say({ ko: "나간 답", en: "Answered" })}: {task.answered ? intentTitle(bot, task.answered) : say({ ko: "없음", en: "none" })}</Badge>
                {task.intent && <Badge tone="good">{say({ ko: "맞는 의도", en: "Meant" })}: {intentTitle(bot, task.intent)}</Badge>}
                {task.turn && <a href={linkTo("turn", [task.turn])}>{say({ ko: "이 턴의 까닭", en: "Why" })}</a>}
              </p>
              {task.note && <p>{task.note}</p>}
              <p class="hint">{task.author} · {moment(task.at)}</p>
              <div class="mends">
                {task.intent && <Button onClick={() => void draft(task)}><kbd>1</kbd>{say({ ko: `${intentTitle(bot, task.intent)}의 예문으로`, en: `Example of ${intentTitle(bot, task.intent)}` })}</Button>}
                <Button onClick={() => setOpen({ task, state: "done" })}><kbd>d</kbd>{say({ ko: "고쳤음", en: "Mended" })}</Button>
                <Button kind="quiet" onClick={() => setOpen({ task, state: "dismissed" })}><kbd>x</kbd>{say({ ko: "고칠 것 아님", en: "Nothing to mend" })}</Button>
              </div>
            </>
          )}
        />
      )}
      {open && <Settle task={open.task} state={open.state} onClose={() => setOpen(null)} onDone={() => { toast({ ko: "마쳤습니다.", en: "Settled." }); focusStays(); again(); }} />}
    </div>
  );
}
