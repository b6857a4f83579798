// Rate tables, each as a grid on a day. One cell at a time is a field: arrows move, typing writes, and what was written is kept as a draft
// of that row. A block from a spreadsheet is tried first and shows what it would change.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, post, upload } from "../api";
import { go, linkTo } from "../router";
import { Badge, Button, Dialog, Empty, Field, Trouble, toast, useLoaded } from "../ui";
import { say } from "../words";
import type { Fields, Kept } from "./data";
import { days, grouped, pairsText } from "./factwords";
import { blockOf, draftsFor, gridOf, plain, sheetOf, usual, type Cell, type Draft, type Rate } from "./ratecells";
import { refusal, type Refusal } from "./refusals";

const today = (): string => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
type Tried = { new: number; changed: number; kept: number; left: number; refused_count: number; conflict_count: number; refused: Refusal[]; conflicts: { id: string; changed_by: string; theirs: Fields | null; yours: Fields }[]; rows: { id: string; was: Fields | null; yours: Fields; left: string | null }[] };

function Tables() {
  const { value, error } = useLoaded((signal) => get<{ tables: { name: string; rows: number }[] }>("/api/rates", {}, { signal }), []);
  const [name, setName] = useState("");
  const [keys, setKeys] = useState("");
  const begin = () => name.trim() && keys.trim() && go(linkTo("writer", ["facts", "rates", name.trim()], { keys: keys.trim() }));
  return (
    <div class="stack">
      <Trouble of={error} />
      {value && !value.tables.length && <Empty title={say({ ko: "요율표가 없습니다. 아래에서 새로 만드세요.", en: "There are no rate tables. Begin one below." })} />}
      {value && value.tables.length > 0 && <ul class="rows cards">{value.tables.map((table) => <li key={table.name} class="panel"><a href={linkTo("writer", ["facts", "rates", table.name])}>{table.name}</a> <small>{say({ ko: `${table.rows}칸`, en: `${table.rows} cells` })}</small></li>)}</ul>}
      <form class="panel filters fact-filters" onSubmit={(event) => { event.preventDefault(); begin(); }}>
        <Field label={say({ ko: "새 요율표의 이름", en: "A new table’s name" })}>{(id) => <input id={id} value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "키 (쉼표로)", en: "Keys (by commas)" })} hint={say({ ko: "예: age, sex", en: "e.g. age, sex" })}>{(id, about) => <input id={id} aria-describedby={about} value={keys} onInput={(event) => setKeys(event.currentTarget.value)} />}</Field>
        <Button type="submit">{say({ ko: "시작하기", en: "Begin" })}</Button>
      </form>
    </div>
  );
}

// What a pasted block would do; nothing is kept before it is asked for.
function Trial({ drafts, outside, onClose, onKept }: { drafts: Draft[]; outside: number; onClose: () => void; onKept: (ids: string[]) => void }) {
  const [told, setTold] = useState<Tried | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (keeps: boolean) => {
    setBusy(true);
    setTrouble("");
    try {
      const reply = await upload<Tried>(`/api/workbook?kind=rates${keeps ? "&keep=drafts" : ""}`, new Blob([sheetOf(drafts)]));
      setTold(reply);
      if (keeps && reply.kept) toast({ ko: `초안 ${reply.kept}개를 저장했습니다.`, en: `${reply.kept} drafts are kept.` });
      if (keeps && !reply.left && !reply.refused_count && !reply.conflict_count) onClose();
      if (keeps) onKept(reply.rows.filter((row) => !row.left).map((row) => row.id));
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    setBusy(false);
  };
  useEffect(() => void (drafts.length > 0 && send(false)), []);
  const count = told ? told.new + told.changed : 0;
  return (
    <Dialog title={say({ ko: "붙여 넣으면 바뀌는 것", en: "What pasting would change" })} onClose={onClose}>
      <div class="stack">
        {!drafts.length && <p>{say({ ko: "달라지는 칸이 없습니다.", en: "No cell differs." })}</p>}
        {outside > 0 && <p><Badge tone="warn">{say({ ko: `표 밖으로 나간 ${outside}칸은 뺐습니다`, en: `${outside} cells outside the table are left out` })}</Badge></p>}
        <Trouble of={trouble} />
        <p role="status" aria-busy={busy}>{busy ? say({ ko: "견주어 보고 있습니다…", en: "Comparing…" }) : told ? say({ ko: `새 행 ${told.new}개, 고친 행 ${told.changed}개, 겹침 ${told.conflict_count}개, 받을 수 없음 ${told.refused_count}개`, en: `${told.new} new, ${told.changed} changed, ${told.conflict_count} in conflict, ${told.refused_count} refused` }) : ""}</p>
        {told && told.refused.length > 0 && <ul class="trouble">{told.refused.map((row) => <li key={row.line}>{drafts.filter((draft) => draft.fields)[row.line - 2]?.fields?.keys ?? row.line}: {refusal(row)}</li>)}</ul>}
        {told?.conflicts.map((row) => <p key={row.id} class="trouble">{say({ ko: `${row.yours.keys}: ${row.changed_by}님이 그 사이 ${row.theirs?.value ?? "없앰"}(으)로 고쳤습니다. 표를 다시 연 뒤 고쳐 주세요.`, en: `${row.yours.keys}: ${row.changed_by} has changed it to ${row.theirs?.value ?? "nothing"} meanwhile. Open the table again first.` })}</p>)}
        {told && told.rows.length > 0 && (
          <div class="scroll"><table><thead><tr><th>{say({ ko: "키", en: "Keys" })}</th><th class="number">{say({ ko: "지금", en: "Now" })}</th><th class="number">{say({ ko: "바뀌면", en: "Then" })}</th><th>{say({ ko: "쓰이는 날", en: "In force" })}</th></tr></thead>
            <tbody>{told.rows.map((row) => <tr key={`${row.id} ${row.yours.keys}`}><td>{row.yours.keys}{row.left && <p><Badge tone="warn">{say({ ko: "초안이 되지 않음", en: "Not kept" })}</Badge> {refusal({ reason: row.left, line: 0, sheet: "rates", key: "own_draft" })}</p>}</td><td class="number">{!row.was ? "–" : row.was.value === row.yours.value ? grouped(row.was.value ?? "") : <del>{grouped(row.was.value ?? "")}</del>}</td><td class="number">{row.was?.value === row.yours.value ? <small>{say({ ko: "기간만 바뀜", en: "only its days" })}</small> : <ins>{grouped(row.yours.value ?? "")}</ins>}</td><td>{days(row.yours.effective_from, row.yours.effective_to)}</td></tr>)}</tbody></table></div>
        )}
        <div class="actions"><Button onClick={onClose}>{say({ ko: "그만두기", en: "Cancel" })}</Button>{told && !told.refused_count && count > 0 && !told.kept && <Button kind="main" busy={busy} onClick={() => void send(true)}>{say({ ko: `${count}개를 내 초안으로`, en: `Keep ${count} as my drafts` })}</Button>}</div>
      </div>
    </Dialog>
  );
}

const shownOf = (cell: Cell): string => cell.rates[0]?.fields?.value ?? "";

function CellBox({ cell, label, isActive, onGo, onMove, onWrite, onPaste }: { cell: Cell; label: string; isActive: boolean; onGo: () => void; onMove: (rows: number, columns: number) => void; onWrite: (value: string) => void; onPaste: (text: string) => boolean }) {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | null>(null); // what is being written; null: nothing
  const written = useRef<string | null>(null);
  written.current = text;
  const wants = useRef<[number, number] | null>(null); // where to go once the syllable is whole
  const value = shownOf(cell);
  useLayoutEffect(() => { // before the next key, which belongs to this cell already
    if (isActive) { box.current?.focus(); box.current?.select(); }
  }, [isActive]);
  const write = () => {
    const now = written.current;
    written.current = null;
    setText(null);
    if (now !== null && now.trim() !== value) onWrite(now.trim());
  };
  const leave = (rows: number, columns: number) => { write(); onMove(rows, columns); };
  const keys: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0], NumpadEnter: [1, 0] };
  const pressed = (event: KeyboardEvent) => {
    const to = keys[event.code];
    if (event.code === "Escape" && text !== null) { event.preventDefault(); event.stopPropagation(); setText(null); return; }
    if (!to || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isComposing = event.isComposing || event.keyCode === 229;
    if (to[1] !== 0 && text !== null) return; // inside what is being written
    event.preventDefault();
    if (isComposing) wants.current = to;
    else leave(...to);
  };
  const tone = `${cell.rates.length > 1 ? "twice" : ""} ${cell.rates.some((rate) => rate.is_draft) ? "drafted" : ""} ${cell.rates.some((rate) => rate.is_unfit) ? "unfit" : ""}`;
  if (!isActive)
    return <td role="gridcell" class={`cell number ${tone}`} onClick={onGo}><button type="button" tabIndex={-1} aria-label={`${label}: ${value || say({ ko: "빈 칸", en: "empty" })}`}>{cell.rates.map((rate) => grouped(rate.fields?.value ?? "")).join(" ≠ ") || "·"}</button></td>;
  return (
    <td role="gridcell" class={`cell number active ${tone}`}>
      <input ref={box} size={8} aria-label={label} value={text ?? value} inputMode="decimal" autocomplete="off"
        onInput={(event) => setText(event.currentTarget.value)} onBlur={write} onKeyDown={pressed}
        {...{ oncompositionend: () => { const to = wants.current; wants.current = null; if (to) setTimeout(() => leave(...to)); } }}
        onPaste={(event: ClipboardEvent) => { if (onPaste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault(); }} />
    </td>
  );
}

function Place({ keyNames, across, onAdd }: { keyNames: string[]; across: string; onAdd: (keys: string) => void }) {
  const [values, setValues] = useState<Fields>({});
  const add = () => {
    if (!keyNames.every((key) => values[key]?.trim())) return;
    onAdd(pairsText(keyNames.map((key) => [key, values[key]!.trim()])));
    setValues({});
  };
  return (
    <details class="panel">
      <summary>{say({ ko: "줄이나 열 더하기", en: "Add a row or a column" })}</summary>
      <form class="line" onSubmit={(event) => { event.preventDefault(); add(); }}>
        {keyNames.map((key) => <Field key={key} label={key === across ? say({ ko: `${key} (열)`, en: `${key} (column)` }) : key}>{(id) => <input id={id} value={values[key] ?? ""} onInput={(event) => setValues({ ...values, [key]: event.currentTarget.value })} />}</Field>)}
        <Button type="submit">{say({ ko: "자리 만들기", en: "Make its place" })}</Button>
      </form>
    </details>
  );
}

function Table({ table, query }: { table: string; query: URLSearchParams }) {
  const { value, error, again } = useLoaded((signal) => get<{ rows: Rate[]; total: number }>("/api/rates", { table }, { signal }), [table]);
  const [day, setDay] = useState(today());
  const [from, setFrom] = useState("");
  const [across, setAcross] = useState("");
  const [added, setAdded] = useState<string[]>([]);
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const [isIn, setIn] = useState(false); // the grid takes the focus only once somebody goes there
  const [trial, setTrial] = useState<{ drafts: Draft[]; outside: number } | null>(null);
  const [trouble, setTrouble] = useState("");
  const [said, setSaid] = useState("");
  const done = useRef<{ rate: Rate | null; id: string }[][]>([]);
  const rates = value?.rows ?? [];
  const wished = (query.get("keys") ?? "").split(",").map((key) => key.trim()).filter(Boolean);
  const grid = useMemo(() => gridOf(rates, day, across, added), [rates, day, across, added]);
  const model = usual(rates, day);
  const cell = grid.cells[at[0]]?.[at[1]];
  const move = (rows: number, columns: number) => {
    setAt(([row, column]) => [Math.max(0, Math.min(grid.rows.length - 1, row + rows)), Math.max(0, Math.min(grid.columns.length - 1, column + columns))]);
  };
  const save = async (drafts: Draft[]) => {
    setTrouble("");
    setSaid(say({ ko: "저장 중…", en: "Saving…" }));
    try {
      const undo: { rate: Rate | null; id: string }[] = [];
      for (const draft of drafts) {
        const told = await post<Kept>("/api/drafts", { kind: "rates", ...draft });
        undo.push({ rate: rates.find((rate) => rate.id === draft.id) ?? null, id: told.id });
        if (told.faults.length) setTrouble(told.faults.map((fault) => refusal({ reason: fault.text, line: 0, sheet: "rates", ...fault, key: fault.key })).join("\n"));
      }
      done.current.push(undo);
      setSaid(say({ ko: "초안으로 저장됨 (고객에게는 아직 그대로)", en: "Kept as a draft (customers see no change)" }));
      again();
    } catch (failure) {
      setSaid("");
      setTrouble((failure as Error).message);
    }
  };
  const undo = async () => {
    const last = done.current.pop();
    if (!last) return;
    try {
      for (const { rate, id } of last.reverse())
        if (rate?.is_draft) await post("/api/drafts", { kind: "rates", id, base: rate.base, fields: rate.fields });
        else await post("/api/drafts/discard", { kind: "rates", id });
      setSaid(say({ ko: "되돌렸습니다", en: "Undone" }));
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    again();
  };
  const paste = (text: string): boolean => {
    const block = blockOf(text);
    if (block.length === 1 && block[0]!.length === 1) return false;
    const drafts: Draft[] = [];
    let outside = 0;
    block.forEach((row, i) => row.forEach((pasted, k) => {
      const one = grid.cells[at[0] + i]?.[at[1] + k];
      if (!one) outside++;
      else drafts.push(...draftsFor(table, one, plain(pasted, one.rates[0]?.fields?.unit ?? model.unit ?? ""), from, model).filter((draft) => draft.fields));
    }));
    setTrial({ drafts, outside });
    return true;
  };
  if (!value) return <Trouble of={error} />;
  const keyNames = grid.keyNames.length ? grid.keyNames : wished;
  const rowKeys = grid.keyNames.filter((key) => key !== grid.across);
  const twice = grid.cells.flat().filter((one) => one.rates.length > 1).length;
  const drafted = rates.filter((rate) => rate.is_draft).length;
  return (
    <div class="stack" onKeyDown={(event) => { if ((event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey && done.current.length) { event.preventDefault(); void undo(); } }}>
      <div class="spread"><h2>{say({ ko: `요율표 ${table}`, en: `Rate table ${table}` })}</h2><a href={linkTo("writer", ["facts", "rates"])}>{say({ ko: "요율표 목록", en: "All rate tables" })}</a></div>
      <div class="filters rate-filters">
        <Field label={say({ ko: "이 날의 값 보기", en: "As of" })}>{(id) => <input id={id} type="date" required value={day} onInput={(event) => event.currentTarget.value && setDay(event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "고치면 이 날부터 (비우면 그 값을 바로 고침)", en: "Changes hold from (empty: correct the value)" })}>{(id) => <input id={id} type="date" value={from} onInput={(event) => { setFrom(event.currentTarget.value); }} />}</Field>
        {grid.keyNames.length > 1 && <Field label={say({ ko: "가로로 놓을 키", en: "Key across" })}>{(id) => <select id={id} value={grid.across} onChange={(event) => { setAcross(event.currentTarget.value); setAt([0, 0]); }}>{grid.keyNames.map((key) => <option key={key} value={key}>{key}</option>)}</select>}</Field>}
      </div>
      <p class="hint">{say({ ko: "화살표로 칸을 옮기고 바로 고쳐 쓰세요. Enter로 아래 칸, Esc로 취소, Ctrl+Z로 되돌리기. 엑셀에서 복사한 칸은 그대로 붙여 넣으면 바뀌는 것을 먼저 보여 드립니다.", en: "Move with the arrows and type. Enter goes down, Esc gives up, Ctrl+Z takes back. Cells copied from a spreadsheet can be pasted: you see first what would change." })}</p>
      <p role="status" class="line"><span>{said}</span>{drafted > 0 && <><Badge tone="warn">{say({ ko: `내 초안 ${drafted}개`, en: `${drafted} drafts of mine` })}</Badge><a href={linkTo("writer", ["drafts"])}>{say({ ko: "검토 요청하러 가기", en: "To the drafts" })}</a></>}{done.current.length > 0 && <Button onClick={() => void undo()}>{say({ ko: "되돌리기", en: "Undo" })}</Button>}</p>
      <Trouble of={trouble || (twice ? say({ ko: `같은 날 값이 둘인 칸이 ${twice}개 있습니다. 그 칸은 고객에게 안내되지 않습니다.`, en: `${twice} cells have two values on this day: they are never told.` }) : "")} />
      {value.total > rates.length && <p><Badge tone="warn">{say({ ko: `${value.total}칸 가운데 ${rates.length}칸만 보입니다`, en: `Only ${rates.length} of ${value.total} cells are shown` })}</Badge></p>}
      {!grid.rows.length ? <Empty title={say({ ko: "아직 칸이 없습니다. 아래에서 자리를 만드세요.", en: "There are no cells yet. Make a place below." })} /> : (
        <div class="scroll">
          <table role="grid" class="rate-grid" aria-label={say({ ko: `요율표 ${table}`, en: `Rate table ${table}` })} aria-rowcount={grid.rows.length + 1}>
            <thead><tr role="row">{rowKeys.map((key) => <th key={key} role="columnheader">{key}</th>)}{grid.columns.map((column) => <th key={column} role="columnheader" class="number">{grid.across ? `${grid.across}=${column}` : say({ ko: "값", en: "Value" })}</th>)}</tr></thead>
            <tbody>
              {grid.cells.map((cells, i) => (
                <tr key={pairsText(grid.rows[i]!)} role="row">
                  {rowKeys.map((key) => <th key={key} role="rowheader">{grouped(grid.rows[i]!.find(([name]) => name === key)?.[1] ?? "–")}</th>)}
                  {cells.map((one, k) => <CellBox key={grid.columns[k]} cell={one} label={one.keys} isActive={isIn ? at[0] === i && at[1] === k : false} onGo={() => { setIn(true); setAt([i, k]); }} onMove={move} onWrite={(text) => void save(draftsFor(table, one, plain(text, one.rates[0]?.fields?.unit ?? model.unit ?? ""), from, model))} onPaste={paste} />)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {grid.rows.length > 0 && !isIn && <div><Button onClick={() => setIn(true)}>{say({ ko: "표에서 고치기", en: "Edit in the grid" })}</Button></div>}
      {isIn && cell && (
        <p class="hint">{cell.keys}: {cell.rates.length ? cell.rates.map((rate) => <span key={rate.id}><a href={linkTo("writer", ["edit", "rates", rate.id])}>{say({ ko: "이 행 열기", en: "Open the row" })}</a> {grouped(rate.fields?.value ?? "")}{rate.fields?.unit} · {days(rate.fields?.effective_from, rate.fields?.effective_to)} · {rate.fields?.source} </span>) : say({ ko: `빈 칸. 쓰면 단위 ${model.unit || "없음"}, 시행일 ${from || model.effective_from || "없음"}(으)로 만들어집니다.`, en: `Empty. Writing makes a row: unit ${model.unit || "none"}, from ${from || model.effective_from || "the start"}.` })}</p>
      )}
      {keyNames.length > 0 && <Place keyNames={keyNames} across={grid.across} onAdd={(keys) => setAdded([...added, keys])} />}
      {trial && <Trial drafts={trial.drafts} outside={trial.outside} onClose={() => setTrial(null)} onKept={(ids) => { done.current.push(ids.map((id) => ({ rate: rates.find((rate) => rate.id === id) ?? null, id }))); setSaid(""); again(); }} />}
    </div>
  );
}

export function RateTables({ table, query }: { table: string; query: URLSearchParams }) {
  return table ? <Table table={table} query={query} /> : <Tables />;
}
