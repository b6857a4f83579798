// The agent's page: one box, what it may mean, and who waits for a person.
import { useEffect, useRef, useState } from "preact/hooks";
import { useSession } from "../context";
import { Button } from "../ui";
import { say } from "../words";
import { copy, textOf, type Ranked } from "./data";
import { Desk, useDesk } from "./desk";
import { Draft } from "./draft";
import { Guide } from "./guide";
import { Suggestions, useSuggestion, worth } from "./suggest";
import { WrongDialog, type Wrong } from "./wrong";
import "./agent.css";

const writes = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
// Kept while the page is open, so that a look at a turn loses nothing; nowhere else.
let kept = { text: "", channel: "phone", as_of: "", open: "", draft: "" };

export default function Agent() {
  const { me, bot } = useSession();
  const [state, set] = useState(kept);
  const [wrong, setWrong] = useState<{ of: Wrong; about: string } | null>(null);
  const [helps, setHelps] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const { told, error } = useSuggestion(state);
  const desk = useDesk(me.name);
  const change = (part: Partial<typeof kept>) => set((was) => (kept = { ...was, ...part }));
  const list = worth(told);
  const report = (one: Ranked | null) => {
    const text = state.text.trim();
    if (text) setWrong({ of: { text, ...(one ? { shown: one.intent, answer: one.answer?.id } : {}), ...(told ? { release: told.release } : {}) }, about: one ? `${text} → ${one.title}` : text });
  };
  const press = useRef((_: KeyboardEvent) => {});
  press.current = (event) => {
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey) return;
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    if (event.altKey && digit) void copy(textOf(list[Number(digit[1]) - 1]));
    else if (event.altKey && event.code === "KeyX") report(list[0] ?? null);
    else if (event.code === "Slash" && !event.altKey && !writes(event.target)) event.shiftKey ? setHelps(true) : box.current?.focus();
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => press.current(event);
    document.addEventListener("keydown", pressed);
    box.current?.focus();
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  useEffect(() => {
    document.title = `${desk.unread ? `(${desk.unread}) ` : ""}${say({ ko: "상담", en: "Answer" })} · Paring`;
  }, [desk.unread]);
  const current = desk.tickets.find((one) => one.handoff === state.open);
  const isMine = current?.state === "claimed" && current.agent === me.name;
  return (
    <div class="agent">
      <section class="stack" aria-label={say({ ko: "답변 찾기", en: "Find an answer" })}>
        <h2 class="hidden">{say({ ko: "답변 찾기", en: "Find an answer" })}</h2>
        <div class="panel stack">
          <label class="spread" for="said"><strong>{say({ ko: "고객의 말", en: "What the caller says" })}</strong><span class="hint"><kbd>/</kbd></span></label>
          <textarea id="said" ref={box} rows={2} maxLength={2000} value={state.text} placeholder={say({ ko: "예: 보험금 청구하려면 뭐가 필요해요?", en: "e.g. what do I need for a claim?" })}
            onInput={(event) => change({ text: event.currentTarget.value })} onKeyDown={(event) => event.code === "Escape" && !event.isComposing && change({ text: "" })} />
          <div class="line">
            <label class="line">{say({ ko: "채널", en: "Channel" })}
              <select value={state.channel} onChange={(event) => change({ channel: event.currentTarget.value })}>
                <option value="phone">{say({ ko: "전화", en: "Phone" })}</option><option value="web">{say({ ko: "웹", en: "Web" })}</option><option value="kakao">{say({ ko: "카카오톡", en: "KakaoTalk" })}</option>
              </select></label>
            <label class="line">{say({ ko: "기준일", en: "As of" })}<input type="date" value={state.as_of} onInput={(event) => change({ as_of: event.currentTarget.value })} /></label>
            <Button kind="quiet" onClick={() => setHelps(true)}>{say({ ko: "안내", en: "Guide" })} <kbd>?</kbd></Button>
          </div>
        </div>
        <Suggestions told={told} error={error} onWrong={report} onInsert={isMine ? (text) => change({ draft: state.draft ? `${state.draft}\n${text}` : text }) : undefined} />
        {bot.has_models && told && state.text.trim() && <Draft text={state.text.trim()} />}
      </section>
      <Desk desk={desk} open={state.open} onOpen={(open) => { change({ open, draft: "" }); desk.seen(open); }} draft={state.draft} onDraft={(draft) => { change({ draft }); desk.seen(state.open); }} onWrong={(of, about) => setWrong({ of, about })} />
      {wrong && <WrongDialog of={wrong.of} about={wrong.about} onClose={() => setWrong(null)} />}
      {helps && <Guide onClose={() => setHelps(false)} />}
    </div>
  );
}
