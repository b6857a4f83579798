// One row while it is written: kept as a draft a moment after the last key, shown as customers would see it, and held against what
// others have done to it meanwhile. Nothing here changes what customers get: a review does.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, get, post } from "../api";
import { useSession } from "../context";
import { go, linkTo } from "../router";
import { Badge, Button, Field, Trouble, toast, useLoaded } from "../ui";
import { moment, percent, say } from "../words";
import { Beside } from "./beside";
import { Contrasts, PairNow } from "./contrasts";
import { columnName, columnsOf, isLong, kindName, newId, type Fields, type Kept, type Other, type Standing, type State } from "./data";
import { Difference } from "./difference";
import { inLine, record } from "./edits";
import { factKinds } from "./factwords";
import { useLater } from "./later";
import { Merge } from "./merge";
import { refusal } from "./refusals";
import { mayTryAgain, unsaved, unsavedDrop, unsavedHold, unsavedPut } from "./unsaved";

type Shown = { row: Standing | null; history: { revision: number; changed_by: string; changed_at: string; fields: Fields | null }[]; approvals: { revision: number; by: string }[]; drafts: (Other & { base: string; stamp: string; is_stale: boolean; was: Fields | null })[] };
type Preview = { outcome: string; text: string | null; missing_slot: string | null; condition: string; is_in_force: boolean; chosen: string | null; is_chosen: boolean; faults: string[]; phone: string[]; facts: { name: string; shown: string | null; user_count: number }[]; slots: { name: string; question: string }[]; kakao: { bubbles: { text: string; units: number; is_cut: boolean }[]; bubble_units: number } };
type Check = { now: { intent: string | null; confidence: number; is_certain: boolean }; after: { intent: string; is_certain: boolean; because: string }; near: { id: string; intent: string; text: string; how: string; is_own: boolean; is_contrast: boolean }[] };

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
  const [clash, setClash] = useState<{ mine: Fields | null; theirs: State } | null>(null);
  const base = useRef("");
  const stamp = useRef("");
  const draftId = useRef(id || newId());
  const turn = useRef(0);
  const timer = useRef(0);
  const first = useRef<State>(null), last = useRef<State>(null); // one's draft when the page was opened, and as it was kept last
  const failed = useRef(false); // what is on the page is not kept
  const shown = loaded.value;
  useEffect(() => {
    if (!shown || fields) return;
    const own = shown.drafts.find((draft) => draft.author === me.name);
    const waits = unsaved(kind, draftId.current);
    base.current = waits?.to?.base ?? (own ? own.base : shown.row?.base ?? "");
    first.current = own ? { stamp: own.stamp, base: own.base, fields: own.fields } : null;
    stamp.current = waits ? waits.stamp : own?.stamp ?? "";
    const begun = waits?.to?.fields ?? own?.fields ?? shown.row?.fields ?? Object.fromEntries(columnsOf(kind).map((column) => [column, ""]));
    setFields(begun);
    if (waits?.to?.fields) void keep(begun); // what could not be kept last time
    else if (own?.is_stale && shown.row) setKept({ id, stamp: own.stamp, changed_at: own.changed_at, faults: [], row: shown.row, is_stale: true, was: own.was, others: shown.drafts.filter((draft) => draft !== own) });
  }, [shown]);
  // One after another, each over what the last has left; what cannot be kept stays in this browser until it is.
  const keep = (now: Fields | null): Promise<void> => inLine(async () => {
    const mine = ++turn.current;
    clearTimeout(timer.current);
    timer.current = 0;
    setState("saving");
    try {
      const told = await post<Kept>("/api/drafts", { kind, id: draftId.current, base: base.current, stamp: stamp.current, fields: now }, { as: me.name });
      stamp.current = told.stamp;
      failed.current = false;
      last.current = { stamp: told.stamp, base: base.current, fields: now };
      unsavedDrop(kind, draftId.current);
      if (mine !== turn.current) return;
      setKept(told);
      setState("kept");
      setTrouble("");
    } catch (failure) {
      failed.current = true;
      setState("failed");
      if (failure instanceof Failure && failure.status === 409 && failure.body?.draft !== undefined) setClash({ mine: now, theirs: failure.body.draft });
      else setTrouble((failure as Error).message);
      if (mayTryAgain(failure)) unsavedPut({ kind, id: draftId.current, stamp: stamp.current, to: { base: base.current, fields: now } }, me.name);
    }
  });
  useEffect(() => {
    const release = unsavedHold(kind, draftId.current);
    const again = () => { if (failed.current && !clashes.current && latest.current) void keep(latest.current); };
    const every = setInterval(again, 4000);
    addEventListener("online", again);
    addEventListener("paring:signed-in", again);
    return () => { release(); clearInterval(every); removeEventListener("online", again); removeEventListener("paring:signed-in", again); };
  }, []);
  const clashes = useRef(false);
  clashes.current = !!clash;
  const change = (next: Fields) => {
    setFields(next);
    setState("typing");
    turn.current++;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => !clashes.current && void keep(next), 800);
  };
  const latest = useRef<Fields | null>(null);
  latest.current = fields;
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => { if (timer.current || failed.current) event.preventDefault(); };
    const save = (event: KeyboardEvent) => { if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") { event.preventDefault(); if (latest.current) void keep(latest.current); } };
    addEventListener("beforeunload", leave);
    addEventListener("keydown", save);
    return () => { removeEventListener("beforeunload", leave); removeEventListener("keydown", save); if (timer.current && latest.current) void keep(latest.current); void inLine(async () => { if (last.current) record({ ko: "편집 화면에서 고침", en: "edited on its page" }, [{ kind, id: draftId.current, before: first.current, after: last.current }]); }); };
  }, []);
  if (!fields) return <Trouble of={loaded.error} />;
  const states = { "": "", typing: say({ ko: "쓰는 중…", en: "Typing…" }), saving: say({ ko: "저장 중…", en: "Saving…" }), kept: say({ ko: "초안으로 저장됨 (고객에게는 아직 그대로)", en: "Kept as a draft (customers see no change)" }), failed: say({ ko: "저장하지 못함 · 이 브라우저에 두고 다시 보내는 중", en: "Not saved · kept in this browser and sent again" }) };
  const faultTold = (of: string | null) => {
    const fault = kept?.faults.find((one) => one.column === of);
    return fault && refusal({ line: 0, sheet: kind, reason: fault.text, key: fault.key, about: fault.about });
  };
  const faultOf = (column: string) => faultTold(column);
  const isFixed = (column: string) => columnsOf(kind)[0] === column && !!shown?.row;
  return (
    <div class="stack">
      <div class="spread">
        <h2>{kindName(kind)} {shown?.row ? id : say({ ko: "새 행", en: "new row" })}</h2>
        <span class="line"><span role="status">{states[state]}</span><Button onClick={() => void (timer.current || failed.current ? keep(fields) : Promise.resolve()).then(() => go(linkTo("writer", ["drafts"])))}>{say({ ko: "초안 목록으로", en: "To the drafts" })}</Button></span>
      </div>
      <Trouble of={trouble} />
      {clash && (
        <section class="panel stack" role="alert">
          {clash.theirs?.fields ? (
            <Merge kind={kind} by={say({ ko: "다른 창의 나", en: "you, in another window" })} was={shown?.row?.fields ?? null} theirs={clash.theirs.fields} mine={fields} onMerge={(merged) => { stamp.current = clash.theirs!.stamp; base.current = clash.theirs!.base; setClash(null); setFields(merged); void keep(merged); }} />
          ) : (
            <>
              <p><Badge tone="warn">{clash.theirs ? say({ ko: "다른 창에서 이 행을 없애기로 했습니다", en: "In another window this row is to be removed" }) : say({ ko: "이 초안은 그사이 승인되었거나 다른 창에서 버려졌습니다", en: "This draft was approved meanwhile, or discarded in another window" })}</Badge></p>
              <div class="actions"><Button kind="main" onClick={() => { stamp.current = clash.theirs?.stamp ?? ""; setClash(null); void keep(fields); }}>{say({ ko: "지금 쓴 것을 초안으로", en: "Keep what I typed as a draft" })}</Button></div>
            </>
          )}
        </section>
      )}
      {kept?.is_stale && kept.row && !clash && (
        <section class="panel stack">
          <Merge key={kept.row.base} kind={kind} by={kept.row.changed_by} was={kept.was} theirs={kept.row.fields} mine={fields} onMerge={(merged) => { base.current = kept.row!.base; change(merged); toast({ ko: "합쳤습니다. 다시 읽어 주세요.", en: "Merged. Please read it again." }); }} />
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
                  <input id={field} aria-describedby={about} list={kind === "statements" ? `names-${column}` : undefined} type={column.startsWith("effective") ? "date" : "text"} disabled={isFixed(column)} value={fields[column] ?? ""} onInput={(event) => change({ ...fields, [column]: event.currentTarget.value })} />
                )}
            </Field>
          ))}
          <Trouble of={faultTold(null)} />
          {shown?.row && <div class="actions"><Button kind="danger" onClick={() => void keep(null).then(() => toast({ ko: "없애는 초안을 만들었습니다. 승인되어야 없어집니다.", en: "A draft that removes it: it goes once that is approved." }))}>{say({ ko: "없애기", en: "Remove" })}</Button></div>}
        </section>
        {kind === "answers" ? <AnswerPreview fields={fields} /> : factKinds.includes(kind) ? (
          <Beside kind={kind} id={shown?.row ? id : kept ? fields[columnsOf(kind)[0]!] || draftId.current : id} fields={fields} keptAt={kept?.changed_at ?? ""} isThere={!!shown?.row} />
        ) : (
          <div class="stack">
            {(kind === "examples" || kind === "cases") && <ExampleCheck fields={fields} />}
            {kind === "contrasts" && <section class="panel stack"><h2>{say({ ko: "지금 가려내나", en: "Told apart now" })}</h2><PairNow fields={fields} /></section>}
            {(kind === "examples" || kind === "cases" || kind === "intents") && shown && <Contrasts intent={(kind === "intents" ? fields.name : fields.intent) ?? ""} text={kind === "intents" ? "" : fields.text ?? ""} />}
          </div>
        )}
      </div>
      {kind === "answers" && shown && <Contrasts intent={fields.intent ?? ""} text="" />}
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
