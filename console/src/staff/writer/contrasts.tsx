// An intent's contrast pairs, beside its examples: nearly the same words that mean different things, and whether the release that customers
// get tells them apart. A pair is written, changed and removed as a draft, like everything else.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, get, post } from "../api";
import { intentTitle, useSession } from "../context";
import { linkTo } from "../router";
import { Badge, Button, Field, Trouble, toast, useLoaded } from "../ui";
import { moment, percent, say } from "../words";
import { newId, sameFields, type Fields, type Told } from "./data";
import { inLine, put, record } from "./edits";
import { useLater } from "./later";

type Side = { intent: string | null; confidence: number; is_certain: boolean; is_scripted: boolean; holds: boolean } | null;
type Pair = { id: string; base: string; row: Fields | null; fields: Fields; stamp: string; draft_base: string; removes: boolean; a: Side; b: Side; is_apart: boolean };
type Suggestion = { fault: string; text: string; fields: Fields; a: Side; b: Side; is_apart: boolean };
type Shown = { release: number; rows: Pair[]; suggestions: Suggestion[]; checked_at: string | null };
type Now = { release: number; a: Side; b: Side; is_apart: boolean };

const sides = [["text_a", "intent_a", "a"], ["text_b", "intent_b", "b"]] as const;

function Apart({ of }: { of: boolean }) {
  return of ? <Badge tone="good">{say({ ko: "가려냄 ✓", en: "Told apart ✓" })}</Badge> : <Badge tone="bad">{say({ ko: "가려내지 못함 ✗", en: "Not told apart ✗" })}</Badge>;
}

function Heard({ side, intent }: { side: Side; intent: string }) {
  const { bot } = useSession();
  if (!side) return <small>{say({ ko: "아직 빈 말", en: "still empty" })}</small>;
  const name = side.intent ? intentTitle(bot, side.intent) : "–";
  return <small>{say({ ko: "지금: ", en: "Now: " })}<strong>{intent === "out_of_scope" && !side.is_scripted ? say({ ko: "답변 없음", en: "no script" }) : name}</strong> {side.is_certain ? say({ ko: "예문과 같음", en: "an example" }) : percent(side.confidence)} {side.holds ? "✓" : "✗"}</small>;
}

function Sides({ fields, now }: { fields: Fields; now: { a: Side; b: Side } }) {
  const { bot } = useSession();
  return (
    <div class="pair">
      {sides.map(([text, intent, side]) => (
        <div key={side}>
          <p class="text">{fields[text]}</p>
          <p><Badge>{intentTitle(bot, fields[intent] ?? "")}</Badge> <Heard side={now[side]} intent={fields[intent] ?? ""} /></p>
        </div>
      ))}
    </div>
  );
}

// What the release makes of a pair while it is typed.
export function PairNow({ fields }: { fields: Fields }) {
  const { value, error } = useLater((signal) => post<Now>("/api/contrast-check", { text_a: fields.text_a ?? "", intent_a: fields.intent_a ?? "", text_b: fields.text_b ?? "", intent_b: fields.intent_b ?? "" }, { signal }), [fields.text_a, fields.text_b, fields.intent_a, fields.intent_b]);
  return (
    <div aria-live="polite" class="stack">
      <Trouble of={error} />
      {value && <><p>{value.a && value.b && <Apart of={value.is_apart} />} <small>{say({ ko: `배포본 ${value.release} 기준`, en: `by release ${value.release}` })}</small></p><Sides fields={fields} now={value} /></>}
    </div>
  );
}

function Form({ began, onKeep, onClose }: { began: Fields; onKeep: (fields: Fields) => Promise<boolean>; onClose: () => void }) {
  const { bot } = useSession();
  const [fields, setFields] = useState(began);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current!.querySelector("textarea")!.focus(), []);
  const isWhole = sides.every(([text, intent]) => fields[text]?.trim() && fields[intent]) && fields.intent_a !== fields.intent_b;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await onKeep(fields)) onClose();
    else setBusy(false);
  };
  return (
    <form ref={form} class="stack" onSubmit={(event) => void submit(event)} onKeyDown={(event) => { if (event.code === "Escape" && !event.isComposing && event.keyCode !== 229) { event.stopPropagation(); onClose(); } }}>
      <div class="pair">
        {sides.map(([text, intent, side]) => (
          <div key={side} class="stack">
            <Field label={say({ ko: `말 ${side.toUpperCase()}`, en: `Message ${side.toUpperCase()}` })}>{(id) => <textarea id={id} rows={2} value={fields[text] ?? ""} onInput={(event) => setFields({ ...fields, [text]: event.currentTarget.value })} />}</Field>
            <Field label={say({ ko: `의도 ${side.toUpperCase()}`, en: `Intent ${side.toUpperCase()}` })}>{(id) => <select id={id} value={fields[intent] ?? ""} onChange={(event) => setFields({ ...fields, [intent]: event.currentTarget.value })}><option value="">–</option>{bot.intents.map((one) => <option key={one.name} value={one.name}>{one.title || one.name}</option>)}<option value="out_of_scope">{say({ ko: "(답변하지 않을 말)", en: "(out of scope)" })}</option></select>}</Field>
          </div>
        ))}
      </div>
      <PairNow fields={fields} />
      <div class="actions"><Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button><Button kind="main" type="submit" busy={busy} disabled={!isWhole}>{say({ ko: "초안으로 저장", en: "Keep as a draft" })}</Button></div>
    </form>
  );
}

export function Contrasts({ intent, text }: { intent: string; text: string }) {
  const { bot } = useSession();
  const { value, error, again } = useLoaded((signal) => (intent ? get<Shown>("/api/contrasts", { intent }, { signal }) : Promise.resolve(null)), [intent]);
  const [open, setOpen] = useState("");
  const [trouble, setTrouble] = useState("");
  const send = async (label: { ko: string; en: string }, id: string, stamp: string, to: { base: string; fields: Fields | null } | null): Promise<boolean> => {
    setTrouble("");
    try {
      const told: Told[] = await inLine(() => put([{ kind: "contrasts", id, stamp, to }]));
      record(label, told.map((one) => ({ kind: one.kind, id: one.id, before: one.before, after: one.after })));
      const fault = told[0]?.faults?.[0];
      if (fault) toast(fault.text, true);
      again();
      return true;
    } catch (failure) {
      setTrouble(failure instanceof Failure && failure.status === 409 ? say({ ko: "이 대조 쌍의 초안이 다른 창에서 바뀌었습니다. 지금 모습을 불러왔습니다.", en: "Its draft was changed in another window; this is how it is now." }) : (failure as Error).message);
      if (failure instanceof Failure && failure.status === 409) again();
      return false;
    }
  };
  const keep = (pair: Pair | null, fields: Fields) => {
    const base = pair?.stamp ? pair.draft_base : pair?.base ?? "";
    const isSame = pair?.row && base === pair.base && sameFields("contrasts", pair.row, fields);
    return send({ ko: "대조 쌍 고침", en: "Contrast pair edited" }, pair?.id ?? newId(), pair?.stamp ?? "", isSame ? null : { base, fields });
  };
  const insert = (suggestion: Suggestion) => void send({ ko: "대조 쌍 넣음", en: "Contrast pair added" }, newId(), "", { base: "", fields: suggestion.fields }).then((is) => is && toast({ ko: "대조 쌍을 초안으로 넣었습니다.", en: "The pair is put in as a draft." }));
  const remove = (pair: Pair) => void send({ ko: "대조 쌍 뺌", en: "Contrast pair removed" }, pair.id, pair.stamp, pair.row ? { base: pair.base, fields: null } : null);
  const restore = (pair: Pair) => void send({ ko: "대조 쌍 되살림", en: "Contrast pair brought back" }, pair.id, pair.stamp, null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const digit = event.altKey && !event.ctrlKey && !event.metaKey ? /^Digit([1-9])$/.exec(event.code)?.[1] : undefined;
      const suggestion = digit ? value?.suggestions[Number(digit) - 1] : undefined;
      if (!suggestion || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      insert(suggestion);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [value]);
  if (!intent) return null;
  const other = (): Fields => ({ id: "", text_a: text, intent_a: intent, text_b: "", intent_b: "" });
  return (
    <section class="panel stack" aria-label={say({ ko: "대조 쌍", en: "Contrast pairs" })}>
      <div class="spread">
        <h2>{say({ ko: "대조 쌍", en: "Contrast pairs" })} <small>{intentTitle(bot, intent)}</small></h2>
        {open !== "new" && <Button onClick={() => setOpen("new")}>{say({ ko: "대조 쌍 더하기", en: "Add a pair" })}</Button>}
      </div>
      <p class="hint">{say({ ko: "거의 같지만 뜻이 다른 두 말입니다. 배포본이 둘을 가려내는지 게시할 때마다 확인합니다.", en: "Two messages nearly the same that mean different things. Each release is held against them before it goes live." })}</p>
      <Trouble of={error || trouble} />
      {open === "new" && <Form began={other()} onKeep={(fields) => keep(null, fields)} onClose={() => setOpen("")} />}
      {value && value.suggestions.length > 0 && (
        <div class="stack">
          <h3>{say({ ko: "점검이 찾은 빠진 쌍", en: "Missing, the check says" })} <small>{moment(value.checked_at)}</small></h3>
          <ul class="rows pairs">
            {value.suggestions.map((suggestion, i) => (
              <li key={suggestion.fault} class="stack">
                <p>{suggestion.text}</p>
                <Sides fields={suggestion.fields} now={suggestion} />
                <div class="spread"><Apart of={suggestion.is_apart} /><Button kind="main" aria-keyshortcuts={`Alt+${i + 1}`} onClick={() => insert(suggestion)}>{say({ ko: "이 쌍 넣기", en: "Put it in" })} <kbd>Alt+{i + 1}</kbd></Button></div>
              </li>
            ))}
          </ul>
        </div>
      )}
      {value && !value.rows.length && open !== "new" && <p class="hint">{say({ ko: "이 의도에는 아직 대조 쌍이 없습니다. 부정하는 말 하나로 뜻이 갈리는 예문이 있으면 넣어 주세요.", en: "None yet for this intent. Add one where a single word, such as “not”, turns the meaning." })}</p>}
      {value && value.rows.length > 0 && (
        <ul class="rows pairs">
          {value.rows.map((pair) => (
            <li key={pair.id} class="stack">
              {open === pair.id ? (
                <Form began={pair.fields} onKeep={(fields) => keep(pair, fields)} onClose={() => setOpen("")} />
              ) : (
                <>
                  <Sides fields={pair.fields} now={pair} />
                  <div class="spread">
                    <span class="line"><Apart of={pair.is_apart} />{pair.removes ? <Badge tone="bad">{say({ ko: "뺄 초안", en: "To be removed" })}</Badge> : pair.stamp ? <Badge tone="good">{pair.row ? say({ ko: "내 초안", en: "My draft" }) : say({ ko: "새 쌍 (초안)", en: "New (draft)" })}</Badge> : null}{pair.row && pair.stamp && pair.draft_base !== pair.base && <a href={linkTo("writer", ["edit", "contrasts", pair.id])}>{say({ ko: "겹침: 열어서 합치기", en: "Changed: open and merge" })}</a>}</span>
                    <span class="line">
                      {pair.stamp && pair.row ? <Button onClick={() => restore(pair)}>{say({ ko: "초안 버리기", en: "Discard the draft" })}</Button> : null}
                      {!pair.removes && <><Button onClick={() => setOpen(pair.id)}>{say({ ko: "고치기", en: "Change" })}</Button><Button kind="danger" onClick={() => remove(pair)}>{say({ ko: "빼기", en: "Remove" })}</Button></>}
                    </span>
                  </div>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {value && value.rows.some((pair) => pair.stamp) && <p><a href={linkTo("writer", ["drafts"])}>{say({ ko: "초안 목록에서 검토 요청하기", en: "Ask for a review from the drafts" })}</a></p>}
    </section>
  );
}
