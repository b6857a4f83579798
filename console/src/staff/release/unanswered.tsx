// What no script answered, grouped by likeness: each group goes to an intent, a new one or out of scope, as a review of its rows, or aside.
import { useState } from "preact/hooks";
import { post } from "../api";
import { intentTitle, useSession } from "../context";
import { linkTo } from "../router";
import { Badge, Button, Dialog, Empty, Field, toast, Trouble } from "../ui";
import { moment, number, percent, say } from "../words";
import { JobBar, useKept, type Job } from "./jobs";
import { focusStays, WorkList } from "./list";

export type Group = {
  id: string; typical: string; turns: number; recent: number; before: number; wrong: number;
  suggested: { intent: string; turns: number }[]; nearest: { intent: string; share: number }[]; messages: { text: string; turns: number; wrong?: number }[];
};
export type Unanswered = { job: Job | null; is_stale: boolean; sums: { turns: number } | null; rows: Group[]; total: number; running: Job[] };
const LIMIT = 50, SHOWN = 5;

function Fresh({ group, onClose, onTake }: { group: Group; onClose: () => void; onTake: (body: object) => Promise<void> }) {
  const [error, setError] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    try {
      await onTake({ new: { name: String(fields.get("name")).trim(), title: String(fields.get("title")).trim() } });
      onClose();
    } catch (failed) {
      setError((failed as Error).message);
    }
  };
  return (
    <Dialog title={say({ ko: "새 의도로", en: "A new intent" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>“{group.typical}”</p>
        <Field label={say({ ko: "의도의 이름", en: "Name" })} hint={say({ ko: "글자, 숫자, 밑줄로 짧게. 나중에 바꾸기 어렵습니다.", en: "Short; letters, digits and underscores. Hard to change later." })}>{(id, about) => <input id={id} name="name" required maxLength={60} autocomplete="off" autocapitalize="none" spellcheck={false} aria-describedby={about} />}</Field>
        <Field label={say({ ko: "제목", en: "Title" })} hint={say({ ko: "되물을 때 고객에게 보입니다.", en: "Customers see it in lists." })}>{(id, about) => <input id={id} name="title" required maxLength={60} autocomplete="off" aria-describedby={about} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="main" type="submit">{say({ ko: "검토 요청 만들기", en: "Make a review" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Ignore({ group, onClose, onDone }: { group: Group; onClose: () => void; onDone: () => void }) {
  const [error, setError] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await post("/api/unanswered/ignore", { group: group.id, reason: String(new FormData(event.currentTarget as HTMLFormElement).get("reason")) });
      onClose();
      onDone();
    } catch (failed) {
      setError((failed as Error).message);
    }
  };
  return (
    <Dialog title={say({ ko: "이 묶음은 넘기기", en: "Set this group aside" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p>“{group.typical}”</p>
        <Field label={say({ ko: "이유", en: "Reason" })} hint={say({ ko: "새 메시지가 더해지면 다시 나타납니다.", en: "It comes back when new messages join it." })}>{(id, about) => <input id={id} name="reason" maxLength={300} autocomplete="off" aria-describedby={about} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="main" type="submit">{say({ ko: "넘기기", en: "Set aside" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function growth(group: Group): string {
  if (group.recent === group.before) return say({ ko: `지난주와 같음(${number(group.recent)})`, en: `as last week (${number(group.recent)})` });
  return group.recent > group.before
    ? say({ ko: `늘고 있음: 지난주 ${number(group.before)} → 이번 주 ${number(group.recent)}`, en: `growing: ${number(group.before)} last week, ${number(group.recent)} this week` })
    : say({ ko: `줄고 있음: 지난주 ${number(group.before)} → 이번 주 ${number(group.recent)}`, en: `shrinking: ${number(group.before)} last week, ${number(group.recent)} this week` });
}

export function UnansweredTab() {
  const { bot } = useSession();
  const { value, error, trouble, again, run: start, running } = useKept<Unanswered>("/api/unanswered", { limit: LIMIT }, "/api/unanswered/run");
  const [open, setOpen] = useState<{ what: "new" | "ignore"; group: Group } | null>(null);
  const [made, setMade] = useState<{ review: number; examples: number; cases: number } | null>(null);
  if (!value) return <Trouble of={error} />;
  const take = async (group: Group, body: object) => {
    setMade(await post("/api/unanswered/take", { group: group.id, ...body }));
    focusStays();
    again();
  };
  const taken = (group: Group, body: object) => void take(group, body).catch((failed) => toast((failed as Error).message, true));
  const act = (group: Group, code: string): boolean => {
    const digit = /^(?:Digit|Numpad)([1-3])$/.exec(code)?.[1];
    const near = digit ? group.nearest[Number(digit) - 1] : undefined;
    if (near) taken(group, { intent: near.intent });
    else if (code === "KeyN") setOpen({ what: "new", group });
    else if (code === "KeyO") taken(group, { out_of_scope: true });
    else if (code === "KeyI") setOpen({ what: "ignore", group });
    else return false;
    return true;
  };
  return (
    <div class="stack">
      <Trouble of={error || trouble} />
      <section class="panel spread">
        <div>
          <p class="big" role="status">
            {!value.job ? say({ ko: "아직 모으지 않았습니다", en: "Not gathered yet" })
            : value.total === 0 ? say({ ko: "남은 묶음이 없습니다", en: "No groups are left" })
            : say({ ko: `답하지 못한 묶음 ${number(value.total)}개`, en: `${number(value.total)} unanswered groups` })}
          </p>
          {value.job && <p class="hint">{say({ ko: `${moment(value.job.ended_at)}에 모음`, en: `gathered ${moment(value.job.ended_at)}` })}{value.sums ? say({ ko: ` · ${number(value.sums.turns)}개 턴`, en: ` · ${number(value.sums.turns)} turns` }) : say({ ko: " · 7일이 지나 내용을 지웠습니다", en: " · seven days old and cleared" })}</p>}
        </div>
        {!running && <Button kind={!value.job || !value.sums ? "main" : "plain"} onClick={() => void start()}>{value.job ? say({ ko: "다시 모으기", en: "Gather again" }) : say({ ko: "모으기", en: "Gather" })}</Button>}
      </section>
      {running && <JobBar job={running} />}
      {made && (
        <p class="panel" role="status">
          {say({ ko: `예문 ${number(made.examples)}개와 평가 예문 ${number(made.cases)}개로 검토 요청을 만들었습니다. `, en: `A review of ${number(made.examples)} examples and ${number(made.cases)} cases was made. ` })}
          <a href={linkTo("writer", ["reviews", made.review])}>{say({ ko: `검토 ${made.review} 보기`, en: `See review ${made.review}` })}</a>
        </p>
      )}
      {value.job && value.rows.length === 0 && !running && <Empty title={say({ ko: "할 일이 없습니다.", en: "Nothing to do." })}><p>{say({ ko: "새 대화가 쌓이면 다시 모아 보세요.", en: "Gather again when there are new conversations." })}</p></Empty>}
      <WorkList
        label={say({ ko: "미응답 묶음", en: "Unanswered groups" })}
        items={value.rows}
        id={(group) => group.id}
        act={act}
        keys={say({ ko: "1–3 가까운 의도로 · n 새 의도 · o 범위 밖 · i 넘기기", en: "1–3 nearest intent · n new · o out of scope · i set aside" })}
        item={(group) => (
          <>
            <p><strong>“{group.typical}”</strong></p>
            <p class="hint">
              {say({ ko: `${number(group.turns)}번 · 서로 다른 메시지 ${number(group.messages.length)}개 · ${growth(group)}`, en: `${number(group.turns)} turns · ${number(group.messages.length)} different messages · ${growth(group)}` })}
              {group.wrong > 0 && say({ ko: ` · 오답 신고 ${number(group.wrong)}`, en: ` · ${number(group.wrong)} marked wrong` })}
            </p>
            {group.suggested.length > 0 && <p>{say({ ko: "신고한 사람의 뜻: ", en: "People say it is " })}{group.suggested.map((one) => <Badge key={one.intent} tone="good">{intentTitle(bot, one.intent)}</Badge>)}</p>}
            {group.messages.length > 1 && (
              <details>
                <summary>{say({ ko: `메시지 ${number(group.messages.length)}개 보기`, en: `Show ${number(group.messages.length)} messages` })}</summary>
                <ul class="rows">
                  {group.messages.slice(0, SHOWN * 10).map((message, at) => <li key={at}><span>{message.text}</span> <small>{number(message.turns)}×</small></li>)}
                </ul>
              </details>
            )}
            <div class="mends">
              {group.nearest.map((near, at) => (
                <Button key={near.intent} onClick={() => taken(group, { intent: near.intent })}><kbd>{at + 1}</kbd>{intentTitle(bot, near.intent)} <small>{percent(near.share, 0)}</small></Button>
              ))}
              <Button onClick={() => setOpen({ what: "new", group })}><kbd>n</kbd>{say({ ko: "새 의도", en: "New intent" })}</Button>
              <Button onClick={() => taken(group, { out_of_scope: true })}><kbd>o</kbd>{say({ ko: "범위 밖", en: "Out of scope" })}</Button>
              <Button kind="quiet" onClick={() => setOpen({ what: "ignore", group })}><kbd>i</kbd>{say({ ko: "넘기기", en: "Set aside" })}</Button>
            </div>
          </>
        )}
      />
      {value.total > value.rows.length && <p class="hint">{say({ ko: `큰 것부터 ${number(value.rows.length)}개를 보입니다. 처리하면 다음 것이 올라옵니다.`, en: `The largest ${number(value.rows.length)} are shown; others move up as these are done.` })}</p>}
      {open?.what === "new" && <Fresh group={open.group} onClose={() => setOpen(null)} onTake={(body) => take(open.group, body)} />}
      {open?.what === "ignore" && <Ignore group={open.group} onClose={() => setOpen(null)} onDone={() => { toast({ ko: "넘겼습니다.", en: "Set aside." }); focusStays(); again(); }} />}
    </div>
  );
}
