// The rows as a grid: the keyboard moves from cell to cell, what is typed into a cell becomes one's draft, and many rows are changed at once.
// Only the rows in sight are on the page. The order is the server's; nothing jumps while one writes.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Failure, get } from "../api";
import { useSession } from "../context";
import { go, linkTo } from "../router";
import { Badge, Button, Dialog, Empty, Trouble, toast } from "../ui";
import { day, moment, number, say } from "../words";
import { Bulk } from "./bulk";
import { CellEditor, type Ending } from "./cell";
import { columnName, columnsOf, isDate, isLong, kindName, summary, type Fields, type Kept, type Row, type State, type Told } from "./data";
import { Difference, Words } from "./difference";
import { inLine, put, record } from "./edits";
import { Merge } from "./merge";
import { draftOrNone, isStale, keyOfRow, shownOf, useRows, type Asked } from "./rows";
import { keyOf, mayTryAgain, unsaved, unsavedCount, unsavedPut } from "./unsaved";

const widths = (column: string): string => (column === "check" ? "44px" : column === "state" ? "164px" : isLong(column) ? "minmax(220px, 4fr)" : isDate(column) ? "108px" : column === "channel" || column === "language" || column === "unit" ? "72px" : column === "id" ? "minmax(130px, 1.2fr)" : "minmax(96px, 1fr)");
const least = (column: string): number => Number(/\d+/.exec(widths(column))![0]);

function useLook(): { isPhone: boolean; height: number } {
  const look = () => {
    const isPhone = matchMedia("(max-width: 700px)").matches;
    return { isPhone, height: isPhone ? 120 : document.documentElement.classList.contains("dense") ? 36 : 62 };
  };
  const [now, set] = useState(look);
  useEffect(() => {
    const changed = () => set((was) => { const next = look(); return next.height === was.height ? was : next; });
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    addEventListener("resize", changed);
    return () => { observer.disconnect(); removeEventListener("resize", changed); };
  }, []);
  return now;
}

function columnsShown(kind: string, isPhone: boolean): string[] {
  if (kind === "all") return ["check", "id", "intent", "text", "state"];
  const own = columnsOf(kind).slice(1);
  const longs = own.filter(isLong), others = own.filter((column) => !isLong(column));
  if (isPhone) return ["check", "id", ...own.filter((column) => column === "intent" || column === "name").slice(0, 1), ...(longs.length ? longs.slice(0, 1) : others.filter((column) => column !== "intent" && column !== "name").slice(0, 1)), "state"];
  const first: string[] = others.filter((column) => column === "intent" || column === "name");
  return ["check", "id", ...first, ...longs, ...others.filter((column) => !first.includes(column)), "state"];
}

// One's draft against the row as it has become, or against others' drafts.
function Others({ row, onClose, onMerge }: { row: Row; onClose: () => void; onMerge: (fields: Fields) => void }) {
  const { me } = useSession();
  const [value, set] = useState<{ was: Fields | null; others: { author: string; fields: Fields | null }[] } | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    get("/api/row", { kind: row.kind, id: row.id }).then(
      (told) => set({ was: told.history.find((old: { revision: number }) => row.draft && old.revision === parseInt(row.draft.base, 10))?.fields ?? null, others: told.drafts.filter((draft: { author: string }) => draft.author !== me.name) }),
      (failure) => setError((failure as Error).message),
    );
  }, []);
  return (
    <Dialog title={`${kindName(row.kind)} ${row.id}`} onClose={onClose}>
      <Trouble of={error} />
      {value && isStale(row) && row.draft?.fields && <Merge kind={row.kind} by={row.changed_by} was={value.was} theirs={row.fields} mine={row.draft.fields} onMerge={onMerge} />}
      {value?.others.map((other) => (
        <section key={other.author}>
          <h3>{say({ ko: `${other.author} 님이 쓰고 있는 것`, en: `What ${other.author} is writing` })}</h3>
          <Difference kind={row.kind} was={row.fields} now={other.fields} />
        </section>
      ))}
    </Dialog>
  );
}

type Clash = { row: Row; column: string; mine: string; theirs: State };
type Writing = { index: number; key: string; column: string; began: string; before: State | undefined };

export function Grid({ asked, isNew }: { asked: Asked; isNew: boolean }) {
  const { me, bot } = useSession();
  const rows = useRows(asked, me.name);
  const { isPhone, height } = useLook();
  const columns = columnsShown(asked.kind, isPhone);
  const [active, setActive] = useState({ row: 0, column: 1 });
  const [top, setTop] = useState({ at: 0, height: 600 });
  const [chosen, setChosen] = useState<Map<string, Row>>(new Map());
  const [writing, setWriting] = useState<Writing | null>(null);
  const [faults, setFaults] = useState<Map<string, Kept["faults"]>>(new Map());
  const [looking, setLooking] = useState<Row | null>(null);
  const [clash, setClash] = useState<Clash | null>(null);
  const [saving, setSaving] = useState<"" | "saving" | "kept" | "failed">("");
  const [trouble, setTrouble] = useState("");
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef(0);
  const wantsFocus = useRef(false);
  const holds = useRef(false); // the focus was in the grid last, and nobody took it
  useEffect(() => {
    const pointed = (event: PointerEvent) => { if (!scroller.current?.contains(event.target as Node)) holds.current = false; };
    document.addEventListener("pointerdown", pointed, true);
    return () => document.removeEventListener("pointerdown", pointed, true);
  }, []);
  const total = rows.total;

  useEffect(() => {
    setActive((was) => ({ ...was, row: 0 }));
    setChosen(new Map());
    anchor.current = 0;
    if (scroller.current) scroller.current.scrollTop = 0;
  }, [JSON.stringify(asked)]);
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const measured = () => setTop({ at: box.scrollTop, height: box.clientHeight });
    measured();
    const observer = new ResizeObserver(measured);
    observer.observe(box);
    return () => observer.disconnect();
  }, [total > 0, height]);
  const head = isPhone ? 0 : 38;
  const first = Math.max(0, Math.floor(top.at / height) - 4), last = Math.min(total - 1, Math.ceil((top.at + top.height) / height) + 4);
  useEffect(() => rows.see(first, Math.max(last, 0)), [first, last, total, rows.count]);
  useLayoutEffect(() => {
    // A cell whose content has just come loses the focus to nobody: it gets it back.
    const isLost = holds.current && (!document.activeElement || document.activeElement === document.body);
    if (writing || (!wantsFocus.current && !isLost)) return;
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-cell="${active.row} ${active.column}"]`);
    if (!cell) return;
    wantsFocus.current = false;
    cell.focus({ preventScroll: true });
    const box = scroller.current!;
    const place = cell.closest<HTMLElement>("[role=gridcell]")!;
    if (place.offsetLeft < box.scrollLeft) box.scrollLeft = Math.max(0, place.offsetLeft - 8);
    else if (place.offsetLeft + place.offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = place.offsetLeft + place.offsetWidth - box.clientWidth + 8;
  });

  const keepSight = (row: number) => {
    const box = scroller.current!;
    if (row * height < box.scrollTop) box.scrollTop = row * height;
    else if ((row + 1) * height + head > box.scrollTop + box.clientHeight) box.scrollTop = (row + 1) * height + head - box.clientHeight;
    setTop({ at: box.scrollTop, height: box.clientHeight });
  };
  const move = (row: number, column: number, focus = true) => {
    const to = { row: Math.max(0, Math.min(total - 1, row)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    setActive(to);
    wantsFocus.current = focus;
    if (focus) keepSight(to.row);
    return to;
  };

  // ---- Choosing rows ----
  const choose = (index: number) => {
    const row = rows.at(index);
    if (!row) return;
    setChosen((was) => { const next = new Map(was); next.has(keyOfRow(row)) ? next.delete(keyOfRow(row)) : next.set(keyOfRow(row), row); return next; });
    anchor.current = index;
  };
  const chooseTo = (index: number) => {
    const next = new Map<string, Row>();
    for (let i = Math.min(anchor.current, index); i <= Math.max(anchor.current, index); i++) { const row = rows.at(i); if (row) next.set(keyOfRow(row), row); }
    setChosen(next);
  };
  const chooseAll = async () => setChosen(new Map((await rows.all()).map((row) => [keyOfRow(row), row])));

  // ---- Writing ----
  const take = (told: Told[]) => {
    rows.put(told);
    setFaults((was) => { const next = new Map(was); for (const one of told) one.faults?.length ? next.set(keyOf(one.kind, one.id), one.faults) : next.delete(keyOf(one.kind, one.id)); return next; });
  };
  const began = useRef<State | undefined>(undefined); // the draft as it was before the cell was opened
  const keep = (row: Row, column: string, value: string, was: string): Promise<void> => inLine(async () => {
    const waits = unsaved(row.kind, row.id);
    const now = rows.find(keyOfRow(row)) ?? row;
    const draft = now.draft, fields = { ...(waits?.to?.fields ?? draft?.fields ?? now.fields), [column]: value };
    const base = draft?.base ?? now.base, to = draftOrNone(now, base, fields);
    if (!waits && (draft ? to && draft.fields && (draft.fields[column] ?? "") === value : !to)) return;
    setSaving("saving");
    setTrouble("");
    try {
      const [told] = await put([{ kind: row.kind, id: row.id, stamp: waits?.stamp ?? draft?.stamp ?? "", to }], () => {}, me.name);
      take([told!]);
      if (began.current === undefined) began.current = told!.before;
      setSaving("kept");
    } catch (failure) {
      setSaving("failed");
      if (failure instanceof Failure && failure.status === 409) {
        const theirs: State = failure.body?.rows?.[0]?.draft ?? null;
        const standing = theirs?.fields ?? now.fields;
        rows.put([{ kind: row.kind, id: row.id, stamp: theirs?.stamp ?? "", before: null, after: theirs }]);
        if ((standing[column] ?? "") === was) void keep({ ...now, draft: theirs && { ...theirs, changed_at: "", review: null } }, column, value, was); // another cell: both stay
        else setClash({ row: { ...now, draft: theirs && { ...theirs, changed_at: "", review: null } }, column, mine: value, theirs });
      } else if (mayTryAgain(failure)) unsavedPut({ kind: row.kind, id: row.id, to, stamp: waits?.stamp ?? draft?.stamp ?? "" }, me.name);
      else setTrouble((failure as Error).message);
    }
  });
  const open = (index: number, column: string) => {
    const row = rows.at(index);
    if (!row || column === "check" || column === "state") return;
    if (column === "id" || asked.kind === "all" || row.is_cut) return go(linkTo("writer", ["edit", row.kind, row.id]));
    if (row.draft && !row.draft.fields) return toast({ ko: "없애기로 한 행입니다. 고치려면 먼저 그 초안을 버리세요.", en: "This row is to be removed. Discard that draft to edit it." }, true);
    began.current = undefined;
    setWriting({ index, key: keyOfRow(row), column, began: shownOf(row)[column] ?? "", before: row.draft });
  };
  const ended = (value: string | null, how: Ending) => {
    const at = writing!;
    const row = rows.at(at.index);
    setWriting(null);
    const isBack = how !== "left";
    wantsFocus.current = isBack;
    if (row && keyOfRow(row) === at.key) {
      const to = value === null ? at.began : value;
      void keep(row, at.column, to, at.began).then(() => inLine(async () => {
        const now = rows.find(at.key);
        if (began.current === undefined || !now) return;
        record({ ko: `${columnName(at.column)} 고침`, en: `${columnName(at.column)} edited` }, [{ kind: row.kind, id: row.id, before: began.current, after: now.draft && { stamp: now.draft.stamp, base: now.draft.base, fields: now.draft.fields } }]);
      }));
    }
    if (how !== "next" && how !== "back") return;
    const next = active.column + (how === "next" ? 1 : -1);
    const name = columns[next];
    if (!name || name === "id" || name === "check" || name === "state") return;
    move(at.index, next);
    setTimeout(() => open(at.index, name));
  };

  const pressed = (event: KeyboardEvent) => {
    if (writing || event.isComposing) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const { row, column } = active;
    const pageful = Math.max(1, Math.floor((top.height - head) / height) - 1);
    const steps: Record<string, [number, number]> = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], PageUp: [row - pageful, column], PageDown: [row + pageful, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [ctrl ? 0 : row, 0], End: [ctrl ? total - 1 : row, columns.length - 1] };
    const step = event.altKey ? undefined : steps[event.code];
    if (step) {
      const to = move(step[0], step[1]);
      if (event.shiftKey && to.row !== row) chooseTo(to.row);
      else if (!event.shiftKey) anchor.current = to.row;
    } else if (event.code === "Space") choose(row);
    else if (event.code === "KeyA" && ctrl) void chooseAll();
    else if ((event.code === "Enter" || event.code === "NumpadEnter" || event.code === "F2") && !ctrl && !event.altKey) {
      if (event.target instanceof HTMLAnchorElement && event.code !== "F2") return;
      if (columns[column] === "state") { const at = rows.at(row); if (at && (isStale(at) || at.drafts.some((name) => name !== me.name))) setLooking(at); }
      else open(row, columns[column]!);
    } else if (event.code === "Escape" && chosen.size) setChosen(new Map());
    else return;
    event.preventDefault();
  };

  const template = columns.map(widths).join(" ");
  const shown = total ? [...new Set([...Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i), Math.min(active.row, total - 1)])].sort((a, b) => a - b) : [];
  const waiting = unsavedCount();
  const status = waiting ? say({ ko: `저장하지 못한 행 ${waiting}개 (이 브라우저에 있습니다. 다시 보내는 중)`, en: `${waiting} rows not kept yet (they are in this browser, and sent again)` })
    : saving === "saving" ? say({ ko: "저장 중…", en: "Saving…" }) : saving === "kept" ? say({ ko: "초안으로 저장됨 (고객에게는 아직 그대로)", en: "Kept as a draft (customers see no change)" }) : saving === "failed" ? say({ ko: "저장하지 못함", en: "Not saved" }) : "";

  const cellOf = (row: Row, index: number, column: string, at: number) => {
    const isActive = index === active.row && at === active.column;
    const focus = { "data-cell": `${index} ${at}`, tabIndex: isActive ? 0 : -1 };
    const fields = shownOf(row);
    if (column === "check") return <input type="checkbox" {...focus} aria-label={say({ ko: `${row.id} 고르기`, en: `Choose ${row.id}` })} checked={chosen.has(keyOfRow(row))} onClick={(event) => { event.stopPropagation(); if (event.shiftKey) chooseTo(index); else choose(index); move(index, at, false); }} onKeyDown={(event) => event.code === "Space" && event.preventDefault()} />;
    if (column === "id") return <a {...focus} href={linkTo("writer", ["edit", row.kind, row.id])}>{row.revision ? row.id : say({ ko: "(새 행)", en: "(new)" })}{asked.kind === "all" && <small> {kindName(row.kind)}</small>}</a>;
    if (column === "state") {
      const others = row.drafts.filter((name) => name !== me.name);
      const wrong = faults.get(keyOfRow(row));
      return (
        <>
          {unsaved(row.kind, row.id) && <Badge tone="bad">{say({ ko: "저장 안 됨", en: "Not kept" })}</Badge>}
          {row.draft && !row.draft.fields && <Badge tone="bad">{say({ ko: "없앨 초안", en: "To be removed" })}</Badge>}
          {row.draft?.fields && <Badge tone="good">{row.draft.review ? say({ ko: `검토 ${row.draft.review}번`, en: `Review ${row.draft.review}` }) : say({ ko: "내 초안", en: "My draft" })}</Badge>}
          {wrong && <Badge tone="bad">{say({ ko: `고칠 곳 ${wrong.length}`, en: `${wrong.length} faults` })}</Badge>}
          {isStale(row) && <button type="button" class="badge warn" tabIndex={-1} onClick={() => setLooking(row)}>{say({ ko: "겹침: 합치기", en: "Changed: merge" })}</button>}
          {others.map((name) => <button key={name} type="button" class="badge warn" tabIndex={-1} onClick={() => setLooking(row)}>{say({ ko: `${name} 초안`, en: `${name}’s draft` })}</button>)}
          {!row.draft && !others.length && !unsaved(row.kind, row.id) && <small title={moment(row.changed_at)}>{row.changed_by} {day(row.changed_at)}</small>}
        </>
      );
    }
    if (asked.kind === "all") return column === "text" ? summary(fields).slice(0, 200) : fields[column] ?? "";
    const was = row.fields[column] ?? "", now = fields[column] ?? "";
    const title = column === "intent" ? bot.intents.find((one) => one.name === now)?.title : undefined;
    return now === was || !row.revision ? (title && title !== now ? title : now.slice(0, 300)) : <Words was={was.slice(0, 300)} now={now.slice(0, 300)} />;
  };

  return (
    <>
      <Bulk chosen={chosen} now={(row) => rows.find(keyOfRow(row)) ?? row} kind={asked.kind} total={total} onAll={chooseAll} onNone={() => setChosen(new Map())} onTold={take} />
      <Trouble of={rows.error || trouble} />
      <p class="spread hint"><span role="status" aria-busy={rows.busy}>{rows.isLoaded ? say({ ko: `${number(total)}개`, en: `${number(total)} rows` }) : ""}</span><span role="status" class={waiting ? "error" : undefined}>{status}</span></p>
      {rows.isLoaded && !total && <Empty title={isNew ? say({ ko: "내 초안이 없습니다. 칸을 고치면 여기에 모입니다.", en: "No drafts of yours here. Edit a cell, and it comes here." }) : say({ ko: "찾는 것이 없습니다. 다른 말로 찾거나 종류를 '모두'로 바꿔 보세요.", en: "Nothing found. Try other words, or all kinds." })} />}
      {total > 0 && (
        <div ref={scroller} class={`grid ${isPhone ? "cards" : ""}`} role="grid" aria-label={asked.kind === "all" ? say({ ko: "내용", en: "Content" }) : kindName(asked.kind)} aria-multiselectable={true} aria-rowcount={total + 1} aria-colcount={columns.length} onScroll={(event) => setTop({ at: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })} onKeyDown={pressed} onFocusIn={() => { holds.current = true; }} onFocusOut={(event) => { if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget as Node)) holds.current = false; }}>
          <div role="row" aria-rowindex={1} class="grid-head" style={isPhone ? undefined : { gridTemplateColumns: template, minWidth: `${columns.reduce((sum, column) => sum + least(column), 0)}px` }}>
            {columns.map((column, at) => <div key={column} role="columnheader" aria-colindex={at + 1}>{column === "check" ? <span class="hidden">{say({ ko: "고르기", en: "Choose" })}</span> : column === "state" ? say({ ko: "상태", en: "State" }) : columnName(column)}</div>)}
          </div>
          <div role="rowgroup" class="grid-body" style={{ height: `${total * height}px`, minWidth: isPhone ? "0" : `${columns.reduce((sum, column) => sum + least(column), 0)}px` }}>
            {shown.map((index) => {
              const row = rows.at(index);
              return (
                <div key={index} role="row" aria-rowindex={index + 2} aria-selected={!!row && chosen.has(keyOfRow(row))} class={`grid-row ${writing?.index === index ? "writing" : ""}`} style={{ transform: `translateY(${index * height}px)`, height: `${height}px`, ...(isPhone ? {} : { gridTemplateColumns: template }) }}>
                  {columns.map((column, at) => {
                    const isWriting = writing?.index === index && writing.column === column;
                    const isPlain = column !== "check" && column !== "id";
                    return (
                      <div key={column} role="gridcell" aria-colindex={at + 1} class={`cell ${column}`} {...((isPlain || !row) && !isWriting ? { "data-cell": `${index} ${at}`, tabIndex: index === active.row && at === active.column ? 0 : -1 } : {})}
                        onClick={(event) => { if (event.target instanceof HTMLElement && event.target.closest("a, button, input")) return; if (event.shiftKey) chooseTo(index); else if (event.ctrlKey || event.metaKey) choose(index); else anchor.current = index; move(index, at, !isWriting); }}
                        onFocusIn={() => (active.row !== index || active.column !== at) && setActive({ row: index, column: at })}
                        onDblClick={() => isPlain && open(index, column)}>
                        {!row ? <span class="waits">…</span> : isWriting ? <CellEditor column={column} value={writing.began} fault={faults.get(writing.key)?.find((fault) => fault.column === column)?.text} up={!isPhone && index * height - top.at > top.height / 2} onTyped={(value) => void keep(row, column, value, writing.began)} onEnd={ended} /> : <div class="clip">{cellOf(row, index, column, at)}</div>}
                      </div>
                    );
                  })}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {looking && <Others row={looking} onClose={() => setLooking(null)} onMerge={(merged) => { const row = looking; setLooking(null); void inLine(async () => { try { const told = await put([{ kind: row.kind, id: row.id, stamp: row.draft?.stamp ?? "", to: { base: row.base, fields: merged } }]); take(told); record({ ko: "합침", en: "Merged" }, told.map((one) => ({ kind: one.kind, id: one.id, before: one.before, after: one.after }))); toast({ ko: "합쳤습니다. 다시 읽어 주세요.", en: "Merged. Please read it again." }); } catch (failure) { setTrouble((failure as Error).message); } }); }} />}
      {clash && (
        <Dialog title={say({ ko: "다른 창에서 이 칸을 고쳤습니다", en: "This cell was changed in another window" })} onClose={() => setClash(null)}>
          <h3>{say({ ko: "다른 창의 것", en: "In the other window" })}</h3>
          <p class="text"><Words was={clash.mine} now={clash.theirs?.fields?.[clash.column] ?? clash.row.fields[clash.column] ?? ""} /></p>
          <h3>{say({ ko: "지금 쓴 것", en: "What you typed now" })}</h3>
          <p class="text">{clash.mine}</p>
          <div class="actions">
            <Button onClick={() => setClash(null)}>{say({ ko: "다른 창의 것 두기", en: "Keep the other" })}</Button>
            <Button kind="main" onClick={() => { const { row, column, mine, theirs } = clash; setClash(null); began.current = undefined; void keep(row, column, mine, theirs?.fields?.[column] ?? row.fields[column] ?? ""); }}>{say({ ko: "지금 쓴 것으로", en: "Take what I typed" })}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
