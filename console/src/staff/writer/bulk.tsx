// What is done to many rows at once, and undoing. All of it makes or discards drafts of one's own; nothing goes live.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api";
import { useSession } from "../context";
import { save, sheet } from "../lead/sheet";
import { go, linkTo } from "../router";
import { Button, Confirm, Dialog, Field, Trouble, toast } from "../ui";
import { number, say, type Words } from "../words";
import { columnName, columnsOf, isDate, isIntent, isLong, kindName, type Row, type Told } from "./data";
import { Changed, inLine, lastDone, lastUndone, onEdits, put, record, redo, undo, type Change } from "./edits";
import { draftOrNone } from "./rows";

type Props = { chosen: Map<string, Row>; now: (row: Row) => Row; kind: string; total: number; onAll: () => Promise<void>; onNone: () => void; onTold: (told: Told[]) => void };

// A long field comes cut in a list, and is never kept so.
async function whole(row: Row, me: string): Promise<Row> {
  if (!row.is_cut) return row;
  const told = await get("/api/row", { kind: row.kind, id: row.id });
  const own = row.draft && told.drafts.find((draft: { author: string }) => draft.author === me);
  return { ...row, fields: told.row?.fields ?? row.fields, draft: row.draft && own ? { ...row.draft, fields: own.fields } : row.draft };
}

function SetMany({ kind, rows, onClose, onSet }: { kind: string; rows: Row[]; onClose: () => void; onSet: (column: string, value: string) => Promise<void> }) {
  const { bot } = useSession();
  const columns = columnsOf(kind).slice(1).filter((column) => !isLong(column));
  const [column, setColumn] = useState(columns.includes("effective_to") ? "effective_to" : columns[0] ?? "");
  const [value, setValue] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onSet(column, value.trim());
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: `${number(rows.length)}개를 한꺼번에 바꾸기`, en: `Change ${number(rows.length)} rows` })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Field label={say({ ko: "칸", en: "Field" })}>{(id) => <select id={id} value={column} onChange={(event) => { setColumn(event.currentTarget.value); setValue(""); }}>{columns.map((name) => <option key={name} value={name}>{columnName(name)}</option>)}</select>}</Field>
        <Field label={say({ ko: "새 값", en: "New value" })} hint={say({ ko: "비워 두면 그 칸을 비웁니다. 초안이 될 뿐, 승인 전에는 나가지 않습니다.", en: "Left empty, the field becomes empty. These are drafts: nothing goes out before approval." })}>
          {(id, about) => isIntent(column)
            ? <select id={id} aria-describedby={about} value={value} required onChange={(event) => setValue(event.currentTarget.value)}><option value="">–</option>{bot.intents.map((intent) => <option key={intent.name} value={intent.name}>{intent.title || intent.name}</option>)}</select>
            : <input id={id} aria-describedby={about} type={isDate(column) ? "date" : "text"} autocomplete="off" value={value} onInput={(event) => setValue(event.currentTarget.value)} />}
        </Field>
        <Trouble of={error} />
        <div class="actions"><Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button><Button kind="main" type="submit" busy={busy}>{say({ ko: "초안으로 바꾸기", en: "Change as drafts" })}</Button></div>
      </form>
    </Dialog>
  );
}

function Ask({ rows, onClose }: { rows: Row[]; onClose: () => void }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      const made = await post<{ number: number }>("/api/reviews", { title: String(fields.get("title")), note: String(fields.get("note")), drafts: rows.map(({ kind, id }) => ({ kind, id })) });
      toast({ ko: `검토 ${made.number}번을 요청했습니다.`, en: `Review ${made.number} is asked for.` });
      go(linkTo("writer", ["reviews", made.number]));
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: `초안 ${number(rows.length)}개 검토 요청`, en: `Ask for a review of ${number(rows.length)}` })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Field label={say({ ko: "무엇을 왜 고쳤나요 (제목)", en: "What is changed, and why (title)" })}>{(id) => <input id={id} name="title" required autocomplete="off" />}</Field>
        <Field label={say({ ko: "검토자에게 남길 말 (선택)", en: "A note to the reviewer (optional)" })}>{(id) => <textarea id={id} name="note" />}</Field>
        <Trouble of={error} />
        <div class="actions"><Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button><Button kind="main" type="submit" busy={busy}>{say({ ko: "검토 요청", en: "Ask for a review" })}</Button></div>
      </form>
    </Dialog>
  );
}

// The two buttons, and their keys. What has changed since is told and stays.
export function Undo({ onTold }: { onTold: (told: Told[]) => void }) {
  const [changed, setChanged] = useState<{ from: "undo" | "redo"; of: Changed } | null>(null);
  const [, redraw] = useState(0);
  useEffect(() => onEdits(() => redraw((n) => n + 1)), []);
  const turn = async (from: "undo" | "redo", passes: Set<string> = new Set()) => {
    setChanged(null);
    try {
      const edit = await (from === "undo" ? undo : redo)(passes, onTold);
      if (edit) toast(from === "undo" ? { ko: `되돌림: ${edit.label.ko}`, en: `Undone: ${edit.label.en}` } : { ko: `다시 함: ${edit.label.ko}`, en: `Done again: ${edit.label.en}` });
    } catch (failure) {
      if (failure instanceof Changed) setChanged({ from, of: failure });
      else toast((failure as Error).message, true);
    }
  };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const on = event.target instanceof HTMLElement ? event.target : null;
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing || on?.matches("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
      const from = event.code === "KeyZ" && !event.shiftKey ? "undo" : event.code === "KeyY" || (event.code === "KeyZ" && event.shiftKey) ? "redo" : null;
      if (!from) return;
      event.preventDefault();
      void turn(from);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });

  const name = (words: Words, count: number) => say({ ko: `${words.ko}${count > 1 ? ` (${number(count)}개)` : ""}`, en: `${words.en}${count > 1 ? ` (${number(count)})` : ""}` });
  const last = lastDone(), next = lastUndone();
  return (
    <>
      <span class="line undo">
        <Button disabled={!last} aria-keyshortcuts="Control+Z" title={last && name(last.label, last.steps.length)} onClick={() => void turn("undo")}>{say({ ko: "되돌리기", en: "Undo" })}{last && <small>{name(last.label, last.steps.length)}</small>}</Button>
        <Button disabled={!next} aria-keyshortcuts="Control+Shift+Z" title={next && name(next.label, next.steps.length)} onClick={() => void turn("redo")}>{say({ ko: "다시 하기", en: "Redo" })}</Button>
      </span>
      {changed && (
        <Dialog title={changed.from === "undo" ? say({ ko: "모두 되돌릴 수는 없습니다", en: "Not all can be undone" }) : say({ ko: "모두 다시 할 수는 없습니다", en: "Not all can be done again" })} onClose={() => setChanged(null)}>
          <p>{changed.of.message} {say({ ko: "이 행들은 그대로 둡니다.", en: "These are left as they are." })}</p>
          <ul>{changed.of.left.slice(0, 20).map((row) => <li key={row.id}>{kindName(row.kind)} <a href={linkTo("writer", ["edit", row.kind, row.id])}>{row.id}</a></li>)}</ul>
          <div class="actions"><Button onClick={() => setChanged(null)}>{say({ ko: "그만두기", en: "Cancel" })}</Button><Button kind="main" onClick={() => void turn(changed.from, new Set(changed.of.left.map((row) => `${row.kind} ${row.id}`)))}>{changed.of.others > 0 ? say({ ko: `나머지 ${number(changed.of.others)}개만`, en: `The other ${number(changed.of.others)}` }) : say({ ko: "이 되돌리기 지우기", en: "Forget this step" })}</Button></div>
        </Dialog>
      )}
    </>
  );
}

export function Bulk({ chosen, now, kind, total, onAll, onNone, onTold }: Props) {
  const { me } = useSession();
  const [opened, setOpened] = useState<"" | "set" | "ask" | "discard">("");
  const [busy, setBusy] = useState("");
  const rows = () => [...chosen.values()].map(now);
  const count = chosen.size;

  // Records what was done of it even when the rest failed: it can be undone.
  const change = (label: Words, make: (row: Row) => Change | null) => inLine(async () => {
    const told: Told[] = [];
    const all = rows();
    try {
      const changes: Change[] = [];
      for (const row of all) { const one = make(row.is_cut ? await whole(row, me.name) : row); if (one) changes.push(one); }
      await put(changes, (some, done) => { told.push(...some); onTold(some); if (changes.length > some.length) setBusy(say({ ko: `${number(done)} / ${number(changes.length)}`, en: `${number(done)} of ${number(changes.length)}` })); });
    } catch (failure) {
      if (told.length) throw new Error(`${(failure as Error).message} ${say({ ko: `${number(told.length)}개까지는 되었고, 되돌릴 수 있습니다.`, en: `${number(told.length)} are done, and can be undone.` })}`);
      throw failure;
    } finally {
      setBusy("");
      record(label, told.map((one) => ({ kind: one.kind, id: one.id, before: one.before, after: one.after })));
    }
    toast({ ko: `${number(told.length)}개: ${label.ko}`, en: `${number(told.length)}: ${label.en}` });
  });
  const set = (column: string, value: string) =>
    change({ ko: `${columnName(column)} 바꿈`, en: `${columnName(column)} changed` }, (row) => {
      if (row.draft && !row.draft.fields) return null; // to be removed
      const fields = { ...(row.draft?.fields ?? row.fields), [column]: value };
      return { kind: row.kind, id: row.id, stamp: row.draft?.stamp ?? "", to: draftOrNone(row, row.draft?.base ?? row.base, fields) };
    });
  const discard = () => change({ ko: "초안 버림", en: "drafts discarded" }, (row) => (row.draft ? { kind: row.kind, id: row.id, stamp: row.draft.stamp, to: null } : null));

  const exports = async () => {
    setBusy(say({ ko: "내보내는 중…", en: "Exporting…" }));
    try {
      const lines: string[][] = [];
      for (const row of rows()) if (row.revision) { const one = await whole(row, me.name); lines.push([...columnsOf(kind).map((column) => one.fields[column] ?? ""), one.base]); }
      save(`paring-${kind}.csv`, sheet([...columnsOf(kind), "base_revision"], lines));
      if (lines.length < count) toast({ ko: `승인된 적이 없는 새 행 ${count - lines.length}개는 뺐습니다.`, en: `${count - lines.length} new rows, never approved, are left out.` });
    } catch (failure) {
      toast((failure as Error).message, true);
    }
    setBusy("");
  };
  const all = async () => {
    setBusy(say({ ko: "모두 불러오는 중…", en: "Loading all…" }));
    await onAll();
    setBusy("");
  };

  const askable = () => rows().filter((row) => row.draft && !row.draft.review && row.draft.base === row.base);
  const drafted = count > 0 && count <= 2000 ? rows().filter((row) => row.draft).length : count;
  return (
    <div class="bulk" role="toolbar" aria-label={say({ ko: "고른 행에 하기", en: "With the chosen rows" })}>
      <span class="line">
        <strong role="status" aria-live="polite">{busy || say({ ko: `${number(count)}개 고름`, en: `${number(count)} chosen` })}</strong>
        {count < total ? <Button kind="quiet" disabled={!total} onClick={() => void all()}>{say({ ko: "모두 고르기", en: "Choose all" })}</Button> : <Button kind="quiet" disabled={!count} onClick={onNone}>{say({ ko: "고르기 풀기", en: "Choose none" })}</Button>}
      </span>
      <span class={`line acts ${count ? "" : "none"}`}>
        {kind !== "all" && <Button disabled={!count || !!busy} onClick={() => setOpened("set")}>{say({ ko: "한꺼번에 바꾸기", en: "Change" })}</Button>}
        <Button disabled={!drafted || !!busy} onClick={() => setOpened("ask")}>{say({ ko: "검토 요청", en: "Ask for a review" })}</Button>
        <Button disabled={!drafted || !!busy} onClick={() => setOpened("discard")}>{say({ ko: "내 초안 버리기", en: "Discard my drafts" })}</Button>
        {kind !== "all" && <Button disabled={!count || !!busy} onClick={() => void exports()}>CSV</Button>}
      </span>
      <Undo onTold={onTold} />
      {opened === "set" && <SetMany kind={kind} rows={rows()} onClose={() => setOpened("")} onSet={set} />}
      {opened === "ask" && (askable().length ? <Ask rows={askable()} onClose={() => setOpened("")} /> : <Dialog title={say({ ko: "검토를 요청할 초안이 없습니다", en: "No draft to ask a review of" })} onClose={() => setOpened("")}><p>{say({ ko: "고른 행에 내 초안이 없거나, 이미 검토 중이거나, 다른 사람이 고쳐 먼저 합쳐야 합니다.", en: "The chosen rows have no drafts of yours, or they are in a review, or somebody changed them and they must be merged first." })}</p></Dialog>)}
      {opened === "discard" && <Confirm danger title={say({ ko: "내 초안 버리기", en: "Discard my drafts" })} text={say({ ko: `고른 ${number(count)}개 행의 내 초안을 버립니다. 되돌리기로 다시 살릴 수 있습니다.`, en: `Your drafts of the ${number(count)} chosen rows go. Undo brings them back.` })} yes={say({ ko: "버리기", en: "Discard" })} onYes={discard} onClose={() => setOpened("")} />}
    </div>
  );
}
