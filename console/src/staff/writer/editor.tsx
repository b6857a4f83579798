// One row while it is written: kept as a draft a moment after the last key, shown as customers would see it, and held against what
// others have done to it meanwhile. Nothing here changes what customers get: a review does.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post } from "../api";
import { useSession } from "../context";
import { go, linkTo } from "../router";
import { Badge, Button, Field, Trouble, toast, useLoaded } from "../ui";
import { moment, percent, say } from "../words";
import { columnName, columnsOf, isLong, kindName, type Fields, type Kept, type Other, type Standing } from "./data";
import { Difference } from "./difference";

type Shown = { row: Standing | null; history: { revision: number; changed_by: string; changed_at: string; fields: Fields | null }[]; approvals: { revision: number; by: string }[]; drafts: (Other & { base: string })[] };
type Preview = { outcome: string; text: string | null; missing_slot: string | null; condition: string; is_in_force: boolean; chosen: string | null; is_chosen: boolean; faults: string[]; phone: string[]; facts: { name: string; shown: string | null; user_count: number }[]; slots: { name: string; question: string }[]; kakao: { bubbles: { text: string; units: number; is_cut: boolean }[]; bubble_units: number } };
type Check = { now: { intent: string | null; confidence: number; is_certain: boolean }; after: { intent: string; is_certain: boolean; because: string }; near: { id: string; intent: string; text: string; how: string; is_own: boolean; is_contrast: boolean }[] };

function useLater<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[]): { value: T | null; error: string } {
  const [state, set] = useState<{ value: T | null; error: string }>({ value: null, error: "" });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(stop.signal).then((value) => !stop.signal.aborted && set({ value, error: "" }), (failure) => !stop.signal.aborted && set((was) => ({ value: was.value, error: (failure as Error).message })));
    }, 200);
    return () => { clearTimeout(timer); stop.abort(); };
  }, keys);
  return state;
}

function AnswerPreview({ fields }: { fields: Fields }) {
  const [asOf, setAsOf] = useState("");
  const [words, setWords] = useState<Fields>({});
  const { value, error } = useLater((signal) => post<Preview>("/api/preview", { fields, as_of: asOf, channel: fields.channel ?? "", slots: words }, { signal }), [JSON.stringify(fields), asOf, JSON.stringify(words)]);
  return (
    <section class="panel stack" aria-live="polite">
      <h2>{say({ ko: "미리 보기", en: "Preview" })}</h2>
      <Field label={say({ ko: "기준일", en: "As of" })}>{(id) => <input id={id} type="date" value={asOf} onInput={(event) => setAsOf(event.currentTarget.value)} />}</Field>
      {value?.slots.map((slot) => <Field key={slot.name} label={say({ ko: `고객이 말한 ${slot.name}`, en: `${slot.name}, as the customer says it` })} hint={slot.question}>{(id, about) => <input id={id} aria-describedby={about} value={words[slot.name] ?? ""} onInput={(event) => setWords({ ...words, [slot.name]: event.currentTarget.value })} />}</Field>)}
      <Trouble of={error || value?.faults.join("\n")} />
      {value && !value.is_in_force && <p><Badge tone="warn">{say({ ko: "이 날짜에는 쓰이지 않는 답변입니다", en: "Not in force on this day" })}</Badge></p>}
      {value && value.condition === "fails" && <p><Badge tone="warn">{say({ ko: "조건에 맞지 않습니다 (필요한 항목이 없을 때도)", en: "Its condition does not hold (or needs a slot)" })}</Badge></p>}
      {value && value.chosen && !value.is_chosen && <p class="hint">{say({ ko: `이때 봇은 다른 답변(${value.chosen})을 고릅니다.`, en: `Here the bot would choose another answer (${value.chosen}).` })}</p>}
      {value?.outcome === "needs_slot" && <p class="hint">{say({ ko: `항목 ${value.missing_slot}이(가) 있어야 보입니다.`, en: `It needs the slot ${value.missing_slot}.` })}</p>}
      {value && value.facts.length > 0 && <p class="line">{value.facts.map((fact) => <a key={fact.name} class="badge" href={linkTo("writer", [], { kind: "facts", q: fact.name })}>{fact.name} = {fact.shown ?? say({ ko: "값 없음", en: "no value" })} · {say({ ko: `다른 답변 ${fact.user_count}개`, en: `${fact.user_count} other answers` })}</a>)}</p>}
      {value?.outcome === "found" && (
        <>
          <h3>{say({ ko: "카카오톡", en: "KakaoTalk" })}</h3>
          {value.kakao.bubbles.map((bubble, i) => <div key={i}><div class="bubble">{bubble.text}{bubble.is_cut ? "…" : ""}</div><small>{bubble.units} / {value.kakao.bubble_units}{bubble.is_cut ? say({ ko: " · 뒤가 잘립니다", en: " · the rest is cut off" }) : ""}</small></div>)}
          <h3>{say({ ko: "웹", en: "Web" })}</h3><div class="text">{value.text}</div>
          <h3>{say({ ko: "전화 대본", en: "Phone" })}</h3><ol>{value.phone.map((line, i) => <li key={i}>{line}</li>)}</ol>
        </>
      )}
    </section>
  );
}

function ExampleCheck({ fields }: { fields: Fields }) {
  const { value, error } = useLater((signal) => (fields.text?.trim() ? post<Check>("/api/example-check", { text: fields.text, intent: fields.intent ?? "" }, { signal }) : Promise.resolve(null)), [fields.text, fields.intent]);
  return (
    <section class="panel stack" aria-live="polite">
      <h2>{say({ ko: "지금 의도 → 바뀔 의도", en: "Intent now → then" })}</h2>
      <Trouble of={error} />
      {value && <p><strong>{value.now.intent ?? "–"}</strong> ({value.now.is_certain ? say({ ko: "예문과 같음", en: "an example" }) : percent(value.now.confidence)}) → <strong>{value.after.is_certain ? value.after.intent : say({ ko: "확실하지 않음", en: "not certain" })}</strong></p>}
      {value?.after.because === "taken" && <p><Badge tone="bad">{say({ ko: "같은 말이 다른 의도의 예문입니다", en: "The same words are an example of another intent" })}</Badge></p>}
      {value && <p class="hint">{say({ ko: "이 문장 하나에 대해서만 압니다. 비슷한 말이 어떻게 바뀌는지는 학습해야 알 수 있습니다.", en: "Known for this message alone: what becomes of others only training can tell." })}</p>}
      <ul>{value?.near.filter((near) => near.id !== fields.id).map((near) => <li key={near.id}>{near.text} <Badge tone={near.is_own || near.is_contrast ? "plain" : "warn"}>{near.intent}{near.is_contrast ? say({ ko: " · 대조 쌍", en: " · contrast" }) : ""}</Badge></li>)}</ul>
    </section>
  );
}

export function Editor({ kind, id }: { kind: string; id: string }) {
  const { me, bot } = useSession();
  const loaded = useLoaded((signal) => (id ? get<Shown>("/api/row", { kind, id }, { signal }) : Promise.resolve({ row: null, history: [], approvals: [], drafts: [] } as Shown)), [kind, id]);
  const [fields, setFields] = useState<Fields | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);
  const [state, setState] = useState<"" | "typing" | "saving" | "kept" | "failed">("");
  const [trouble, setTrouble] = useState("");
  const base = useRef("");
  const draftId = useRef(id);
  const turn = useRef(0);
  const timer = useRef(0);
  const shown = loaded.value;
  useEffect(() => {
    if (!shown || fields) return;
    const own = shown.drafts.find((draft) => draft.author === me.name);
    base.current = own ? own.base : shown.row?.base ?? "";
    setFields(own?.fields ?? shown.row?.fields ?? Object.fromEntries(columnsOf(kind).map((column) => [column, ""])));
  }, [shown]);
  const keep = async (now: Fields | null) => {
    const mine = ++turn.current;
    clearTimeout(timer.current);
    timer.current = 0;
    setState("saving");
    try {
      const told = await post<Kept>("/api/drafts", { kind, id: draftId.current, base: base.current, fields: now });
      draftId.current = told.id;
      if (mine !== turn.current) return;
      setKept(told);
      setState("kept");
      setTrouble("");
    } catch (failure) {
      setState("failed");
      setTrouble((failure as Error).message);
    }
  };
  const change = (next: Fields) => {
    setFields(next);
    setState("typing");
    turn.current++;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void keep(next), 800);
  };
  const latest = useRef<Fields | null>(null);
  latest.current = fields;
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => { if (timer.current) event.preventDefault(); };
    const save = (event: KeyboardEvent) => { if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") { event.preventDefault(); if (latest.current) void keep(latest.current); } };
    addEventListener("beforeunload", leave);
    addEventListener("keydown", save);
    return () => { removeEventListener("beforeunload", leave); removeEventListener("keydown", save); if (timer.current && latest.current) void keep(latest.current); };
  }, []);
  if (!fields) return <Trouble of={loaded.error} />;
  const states = { "": "", typing: say({ ko: "쓰는 중…", en: "Typing…" }), saving: say({ ko: "저장 중…", en: "Saving…" }), kept: say({ ko: "초안으로 저장됨 (고객에게는 아직 그대로)", en: "Kept as a draft (customers see no change)" }), failed: say({ ko: "저장하지 못함", en: "Not saved" }) };
  const faultOf = (column: string) => kept?.faults.find((fault) => fault.column === column)?.text;
  const isFixed = (column: string) => columnsOf(kind)[0] === column && !!shown?.row;
  return (
    <div class="stack">
      <div class="spread">
        <h2>{kindName(kind)} {shown?.row ? id : say({ ko: "새 행", en: "new row" })}</h2>
        <span class="line"><span role="status">{states[state]}</span><Button onClick={() => void keep(fields).then(() => go(linkTo("writer", ["drafts"])))}>{say({ ko: "초안 목록으로", en: "To the drafts" })}</Button></span>
      </div>
      <Trouble of={trouble} />
      {kept?.is_stale && kept.row && (
        <section class="panel stack">
          <p><Badge tone="warn">{say({ ko: `${kept.row.changed_by}님이 그 사이 이 행을 고쳤습니다`, en: `${kept.row.changed_by} has changed this row meanwhile` })}</Badge></p>
          <Difference kind={kind} was={kept.was} now={kept.row.fields} />
          <div class="actions"><Button kind="main" onClick={() => { base.current = kept.row!.base; const was = kept.was ?? {}; const merged = { ...kept.row!.fields }; for (const column of columnsOf(kind)) if (fields[column] !== (was[column] ?? "")) merged[column] = fields[column] ?? ""; change(merged); toast({ ko: "내가 고치지 않은 칸은 상대의 것으로 바꿨습니다. 다시 읽어 주세요.", en: "Fields that you had not changed are theirs now. Please read it again." }); }}>{say({ ko: "합치기", en: "Merge" })}</Button></div>
        </section>
      )}
      {(kept?.others ?? shown?.drafts.filter((draft) => draft.author !== me.name) ?? []).map((other) => <details key={other.author} class="panel"><summary>{say({ ko: `${other.author}님도 이 행을 쓰고 있습니다`, en: `${other.author} is writing on this row, too` })}</summary><Difference kind={kind} was={shown?.row?.fields ?? null} now={other.fields} /></details>)}
      <div class="editing">
        <section class="panel stack">
          {[...columnsOf(kind)].sort((a, b) => Number(b === "text") - Number(a === "text")).map((column) => (
            <Field key={column} label={columnName(column)} error={faultOf(column)}>
              {(field, about) =>
                column.startsWith("intent") && bot.intents.some((intent) => intent.name === fields[column] || !fields[column]) ? (
                  <select id={field} aria-describedby={about} value={fields[column]} onChange={(event) => change({ ...fields, [column]: event.currentTarget.value })}><option value="">–</option>{bot.intents.map((intent) => <option key={intent.name} value={intent.name}>{intent.title || intent.name}</option>)}</select>
                ) : isLong(column) ? (
                  <textarea id={field} aria-describedby={about} rows={kind === "answers" ? 10 : 3} value={fields[column] ?? ""} onInput={(event) => change({ ...fields, [column]: event.currentTarget.value })} />
                ) : (
                  <input id={field} aria-describedby={about} type={column.startsWith("effective") ? "date" : "text"} disabled={isFixed(column)} value={fields[column] ?? ""} onInput={(event) => change({ ...fields, [column]: event.currentTarget.value })} />
                )}
            </Field>
          ))}
          <Trouble of={kept?.faults.find((fault) => !fault.column)?.text} />
          {shown?.row && <div class="actions"><Button kind="danger" onClick={() => void keep(null).then(() => toast({ ko: "없애는 초안을 만들었습니다. 승인되어야 없어집니다.", en: "A draft that removes it: it goes once that is approved." }))}>{say({ ko: "없애기", en: "Remove" })}</Button></div>}
        </section>
        {kind === "answers" ? <AnswerPreview fields={fields} /> : kind === "examples" || kind === "cases" ? <ExampleCheck fields={fields} /> : null}
      </div>
      {shown && shown.history.length > 0 && (
        <section class="panel stack">
          <h2>{say({ ko: "지난 모습", en: "History" })}</h2>
          {[...shown.history].reverse().map((old) => (
            <details key={old.revision}>
              <summary>v{old.revision} · {old.changed_by} · {moment(old.changed_at)}{shown.approvals.filter((approval) => approval.revision === old.revision).map((approval) => say({ ko: ` · ${approval.by} 승인`, en: ` · approved by ${approval.by}` }))}{old.fields ? "" : say({ ko: " · 없앰", en: " · removed" })}</summary>
              {old.fields && <><Difference kind={kind} was={old.fields} now={fields} /><div class="actions"><Button onClick={() => change({ ...old.fields! })}>{say({ ko: "이 모습으로 되돌리는 초안", en: "Restore as a draft" })}</Button></div></>}
            </details>
          ))}
        </section>
      )}
    </div>
  );
}
