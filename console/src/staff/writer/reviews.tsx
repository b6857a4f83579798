// One's drafts, on their way to a review; the reviews; and one review, to be read and decided on.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { useSession } from "../context";
import { Trial } from "../release/trial";
import { go, linkTo } from "../router";
import { Badge, Button, Empty, Field, Trouble, toast, useLoaded } from "../ui";
import { moment, say } from "../words";
import { Undo } from "./bulk";
import { kindName, summary, type Draft, type Fields, type Review } from "./data";
import { Difference } from "./difference";
import { inLine, put, record } from "./edits";

export function Drafts() {
  const { value, error, again } = useLoaded((signal) => get<{ rows: Draft[] }>("/api/drafts", {}, { signal }), []);
  const [left, setLeft] = useState<Set<string>>(new Set());
  const [title, setTitle] = useState("");
  const [note, setNote] = useState("");
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const key = (draft: Draft) => `${draft.kind} ${draft.id}`;
  const rows = value?.rows ?? [];
  const chosen = rows.filter((draft) => !draft.review && !draft.is_stale && !left.has(key(draft)));
  const ask = async () => {
    setBusy(true);
    setTrouble("");
    try {
      const made = await post<{ number: number }>("/api/reviews", { title, note, drafts: chosen.map(({ kind, id }) => ({ kind, id })) });
      toast({ ko: `검토 ${made.number}번을 요청했습니다.`, en: `Review ${made.number} is asked for.` });
      go(linkTo("writer", ["reviews", made.number]));
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    setBusy(false);
  };
  const discard = async (draft: Draft) => {
    try {
      const told = await inLine(() => put([{ kind: draft.kind, id: draft.id, stamp: draft.stamp, to: null }]));
      record({ ko: "초안 버림", en: "draft discarded" }, told.map((one) => ({ kind: one.kind, id: one.id, before: one.before, after: one.after })));
      again();
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
  };
  if (value && !rows.length)
    return <><div class="bulk"><Undo onTold={again} /></div><Empty title={say({ ko: "초안이 없습니다.", en: "There are no drafts." })}><p>{say({ ko: "내용 탭에서 행을 열어 고치면 초안이 여기에 모입니다.", en: "Open a row and change it: the draft will be here." })}</p></Empty></>;
  return (
    <div class="stack">
      <Trouble of={error || trouble} />
      <div class="bulk"><Undo onTold={again} /></div>
      <ul class="rows">
        {rows.map((draft) => (
          <li key={key(draft)} class="panel">
            <div class="spread">
              <label class="line">
                <input type="checkbox" checked={chosen.includes(draft)} disabled={!!draft.review || draft.is_stale}
                  onChange={() => setLeft((was) => { const next = new Set(was); next.has(key(draft)) ? next.delete(key(draft)) : next.add(key(draft)); return next; })} />
                <strong>{kindName(draft.kind)}</strong> {draft.id.startsWith("+") ? say({ ko: "새 행", en: "new row" }) : draft.id}
              </label>
              <span class="line">
                {draft.review && <Badge>{say({ ko: `검토 ${draft.review}번`, en: `Review ${draft.review}` })}</Badge>}
                {draft.is_stale && <Badge tone="warn">{say({ ko: "다른 사람이 고침: 열어서 합치세요", en: "Changed by somebody: open and merge" })}</Badge>}
                <a href={linkTo("writer", ["edit", draft.kind, draft.id])}>{say({ ko: "열기", en: "Open" })}</a>
                <Button kind="danger" onClick={() => void discard(draft)}>{say({ ko: "초안 버리기", en: "Discard" })}</Button>
              </span>
            </div>
            <Difference kind={draft.kind} was={draft.row?.fields ?? null} now={draft.fields} />
          </li>
        ))}
      </ul>
      {rows.length > 0 && (
        <section class="panel stack">
          <Field label={say({ ko: "무엇을 왜 고쳤나요 (제목)", en: "What is changed, and why (title)" })}>{(id, about) => <input id={id} aria-describedby={about} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}</Field>
          <Field label={say({ ko: "검토자에게 남길 말 (선택)", en: "A note to the reviewer (optional)" })}>{(id, about) => <textarea id={id} aria-describedby={about} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}</Field>
          <div class="actions"><Button kind="main" busy={busy} disabled={!title.trim() || !chosen.length} onClick={() => void ask()}>{say({ ko: `${chosen.length}개 검토 요청`, en: `Ask for a review of ${chosen.length}` })}</Button></div>
        </section>
      )}
    </div>
  );
}

const stateWords: Record<string, { ko: string; en: string }> = { open: { ko: "검토 중", en: "Open" }, approved: { ko: "승인", en: "Approved" }, rejected: { ko: "반려", en: "Rejected" }, withdrawn: { ko: "거둠", en: "Withdrawn" } };
const State = ({ of }: { of: string }) => <Badge tone={of === "approved" ? "good" : of === "rejected" ? "bad" : "plain"}>{say(stateWords[of] ?? stateWords.open!)}</Badge>;

export function Reviews() {
  const { value, error } = useLoaded((signal) => get<{ rows: Review[] }>("/api/reviews", {}, { signal }), []);
  if (value && !value.rows.length) return <Empty title={say({ ko: "아직 검토 요청이 없습니다.", en: "No review was asked for yet." })} />;
  return (
    <div class="scroll">
      <Trouble of={error} />
      <table>
        <thead><tr><th>{say({ ko: "번호", en: "No." })}</th><th>{say({ ko: "제목", en: "Title" })}</th><th>{say({ ko: "상태", en: "State" })}</th><th>{say({ ko: "작성", en: "By" })}</th><th>{say({ ko: "행", en: "Rows" })}</th><th>{say({ ko: "요청", en: "Asked" })}</th></tr></thead>
        <tbody>
          {value?.rows.map((review) => (
            <tr key={review.number}><td>{review.number}</td><td><a href={linkTo("writer", ["reviews", review.number])}>{review.title}</a></td><td><State of={review.state} /></td><td>{review.author}</td><td>{review.row_count}</td><td>{moment(review.created_at)}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Conflict = { kind: string; id: string; changed_by: string; theirs: Fields | null; yours: Fields | null };
type Whole = { review: Review; rows: { kind: string; id: string; was: Fields | null; now: Fields | null }[]; conflicts: Conflict[] };

export function ReviewPage({ number }: { number: string }) {
  const { me } = useSession();
  const { value, error, again } = useLoaded((signal) => get<Whole>(`/api/reviews/${encodeURIComponent(number)}`, {}, { signal }), [number]);
  const [note, setNote] = useState("");
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const act = async (path: string, body: object) => {
    setBusy(true);
    setTrouble("");
    try {
      await post(path, body);
      toast({ ko: "처리했습니다.", en: "Done." });
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    again();
    setBusy(false);
  };
  if (!value) return <Trouble of={error} />;
  const { review, rows, conflicts } = value;
  const isOwn = review.author === me.name;
  const decide = (decision: string) => void act("/api/reviews/decide", { review: review.number, decision, note });
  return (
    <div class="stack">
      <div class="spread"><h2>{review.number}. {review.title}</h2><State of={review.state} /></div>
      <p class="hint">{review.author} · {moment(review.created_at)}{review.decided_by ? ` → ${review.decided_by} · ${moment(review.decided_at)}` : ""}</p>
      {review.note && <p class="text">{review.note}</p>}
      {review.decision && <p class="panel text">{review.decision}</p>}
      {conflicts.map((conflict) => (
        <section key={`${conflict.kind} ${conflict.id}`} class="trouble">
          <p>{say({ ko: `${kindName(conflict.kind)} ${conflict.id}: 그 사이 ${conflict.changed_by || "다른 사람"}이(가) 고쳤습니다. 승인할 수 없으니 작성자가 합쳐야 합니다.`, en: `${kindName(conflict.kind)} ${conflict.id}: changed meanwhile by ${conflict.changed_by || "somebody"}. It cannot be approved until its author merges it.` })}</p>
          <Difference kind={conflict.kind} was={conflict.theirs} now={conflict.yours} />
        </section>
      ))}
      {rows.map((row) => (
        <section key={`${row.kind} ${row.id}`} class="panel stack">
          <h3>{kindName(row.kind)} {row.id.startsWith("+") ? say({ ko: "새 행", en: "new row" }) : row.id} <small>{row.now?.intent ?? row.was?.intent ?? ""}</small></h3>
          <Difference kind={row.kind} was={row.was} now={row.now} />
          {!row.now && <p class="text">{summary(row.was)}</p>}
        </section>
      ))}
      <Trial review={review.number} />
      <Trouble of={trouble} />
      {review.state === "open" && isOwn && <div class="actions"><Button busy={busy} onClick={() => void act("/api/reviews/withdraw", { review: review.number })}>{say({ ko: "검토 요청 거두기", en: "Withdraw" })}</Button></div>}
      {review.state === "open" && !isOwn && me.role !== "writer" && (
        <section class="panel stack">
          <Field label={say({ ko: "남길 말 (반려할 때는 꼭)", en: "Note (needed to reject)" })}>{(id, about) => <textarea id={id} aria-describedby={about} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}</Field>
          <div class="actions">
            <Button kind="danger" busy={busy} disabled={!note.trim()} onClick={() => decide("reject")}>{say({ ko: "반려", en: "Reject" })}</Button>
            <Button kind="main" busy={busy} disabled={conflicts.length > 0} onClick={() => decide("approve")}>{say({ ko: "승인", en: "Approve" })}</Button>
          </div>
        </section>
      )}
    </div>
  );
}
