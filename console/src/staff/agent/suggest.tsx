// The box, and under it what may be meant: asked at every keystroke, also while a syllable is composed. A reply that comes after a later
// one is dropped; at most two are under way, and the last text is always asked.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { useSession } from "../context";
import { reasonText } from "../reasons";
import { Badge, Button, Empty, Trouble } from "../ui";
import { day, percent, routeName, say } from "../words";
import { copy, sureness, textOf, type Passage, type Ranked, type Suggestion } from "./data";

export type Asked = { text: string; channel: string; as_of: string };

export function useSuggestion(asked: Asked): { told: Suggestion | null; error: string } {
  const [state, set] = useState<{ told: Suggestion | null; error: string }>({ told: null, error: "" });
  const now = useRef({ sent: 0, shown: 0, under: 0, waits: false, asked, typed: 0 });
  const painted = useRef(0);
  now.current.asked = asked;
  const ask = async () => {
    const own = now.current;
    if (own.under >= 2) {
      own.waits = true;
      return;
    }
    const number = ++own.sent, { text, channel, as_of } = own.asked, typed = performance.now();
    own.under++;
    try {
      const told = await post<Suggestion>("/api/suggest", { text, ...(channel ? { channel } : {}), ...(as_of ? { as_of } : {}) });
      if (number > own.shown) {
        own.shown = number;
        painted.current = typed;
        set({ told, error: "" });
      }
    } catch (failure) {
      if (number > own.shown) set((was) => ({ ...was, error: (failure as Error).message }));
    }
    own.under--;
    if (own.waits) {
      own.waits = false;
      void ask();
    }
  };
  useEffect(() => {
    if (asked.text.trim()) void ask();
    else {
      now.current.shown = ++now.current.sent;
      set({ told: null, error: "" });
    }
  }, [asked.text, asked.channel, asked.as_of]);
  useLayoutEffect(() => {
    if (!painted.current) return;
    const start = painted.current;
    painted.current = 0;
    requestAnimationFrame(() => setTimeout(() => performance.measure("paring.suggest", { start, end: performance.now() })));
  }, [state.told]);
  return state;
}

export function Marked({ text, marks }: { text: string; marks: [number, number][] }) {
  const parts = [];
  let at = 0;
  for (const [from, to] of marks) {
    parts.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>);
    at = to;
  }
  return <>{parts}{text.slice(at)}</>;
}

const dates = (from: string | null, to: string | null): string => (from || to ? `${from ? day(from) : ""} ~ ${to ? day(to) : ""}` : say({ ko: "기한 없음", en: "no end" }));

function Card({ one, number, told, onInsert, onWrong }: { one: Ranked; number: number; told: Suggestion; onInsert?: (text: string) => void; onWrong: () => void }) {
  const sure = sureness(told, one), answer = one.answer, text = textOf(one);
  return (
    <li class={number === 1 ? "card first" : "card"}>
      <div class="spread">
        <h3><kbd>Alt {number}</kbd> {one.title}</h3>
        <span class="line"><Badge tone={sure.tone}>{sure.text}</Badge> <small>{percent(one.confidence, 0)}</small></span>
      </div>
      {!answer ? <p class="none">{say({ ko: "지금 유효한 답변이 없습니다. 상담원이 직접 답해 주세요.", en: "No answer is in force. Please answer yourself." })}</p>
        : answer.fails ? <p class="none">{say({ ko: "답변에 쓰이는 기준값이 없어 만들 수 없습니다.", en: "The answer cannot be made: a fact is missing." })}</p>
        : answer.missing[0] ? <p class="ask"><strong>{say({ ko: "먼저 물어보세요", en: "Ask first" })}</strong> {answer.missing[0].question || answer.missing[0].slot}</p>
        : <p class="said">{answer.text}</p>}
      <div class="spread">
        <small>{answer ? `${answer.id} v${answer.version} · ${dates(answer.effective_from, answer.effective_to)}` : ""}{one.policy === "handoff" ? ` · ${say({ ko: "항상 상담원", en: "always a person" })}` : ""}</small>
        <span class="line">
          <Button kind="quiet" onClick={onWrong} aria-label={`${one.title}: ${say({ ko: "틀렸다고 알리기", en: "report as wrong" })}`}>{say({ ko: "틀림", en: "Wrong" })}</Button>
          {onInsert && text && <Button onClick={() => onInsert(text)}>{say({ ko: "답장에 넣기", en: "Into the reply" })}</Button>}
          <Button kind={number === 1 ? "main" : "plain"} disabled={!text} onClick={() => void copy(text)} aria-label={`${one.title}: ${say({ ko: "복사", en: "copy" })}`}>{say({ ko: "복사", en: "Copy" })}</Button>
        </span>
      </div>
    </li>
  );
}

function Evidence({ one }: { one: Passage }) {
  return (
    <li class="passage">
      <h3>{one.title || one.document}</h3>
      <small>{one.heading ? `${one.heading} · ` : ""}{dates(one.effective_from, one.effective_to)}</small>
      <p class="said" tabIndex={0}><Marked text={one.text} marks={one.marks} />{one.is_cut ? " …" : ""}</p>
    </li>
  );
}

export const worth = (told: Suggestion | null): Ranked[] => (told ? told.ranked.filter((one, i) => i === 0 || one.confidence >= 0.005).slice(0, 5) : []);

export function Suggestions({ told, error, onInsert, onWrong }: { told: Suggestion | null; error: string; onInsert?: (text: string) => void; onWrong: (one: Ranked | null) => void }) {
  const { bot } = useSession();
  const list = worth(told), first = list[0];
  const [spoken, speak] = useState("");
  useEffect(() => {
    const later = setTimeout(() => speak(told && first ? `${first.title}, ${sureness(told, first).text}` : ""), 700);
    return () => clearTimeout(later);
  }, [told]);
  return (
    <>
      <p class="hidden" role="status">{spoken}</p>
      <Trouble of={error} />
      {!told ? <Empty title={say({ ko: "고객의 말을 들리는 대로 적어 보세요.", en: "Type what the caller says." })}><p>{say({ ko: "적는 동안 승인된 답변이 나타납니다. 여기 적은 말은 저장되지 않습니다.", en: "Approved answers appear as you type. Nothing of it is kept." })}</p></Empty> : <>
        {told.text_masked && <p class="hint">{say({ ko: "개인정보는 가리고 찾았습니다: ", en: "Personal data was masked: " })}{told.text_masked}</p>}
        {Object.keys(told.slots).length > 0 && <p class="line">{Object.entries(told.slots).map(([name, value]) => <Badge key={name}>{name}: {value}</Badge>)}</p>}
        {list.length ? <ol class="cards" aria-label={say({ ko: "의도와 답변", en: "Intents and answers" })}>{list.map((one, i) => <Card key={one.intent} one={one} number={i + 1} told={told} onInsert={onInsert} onWrong={() => onWrong(one)} />)}</ol>
          : <Empty title={say({ ko: "아는 말이 없습니다.", en: "Nothing in it is known." })} />}
        <p class="hint">{say({ ko: "봇이라면", en: "The bot would" })}: {routeName(told.would.route)} · {reasonText(told.would.reason, bot)} · {say({ ko: "배포본", en: "release" })} {told.release_number}</p>
        {told.passages.length > 0 && <section aria-label={say({ ko: "근거 구절", en: "Passages" })}>
          <h2>{say({ ko: "근거 구절", en: "Passages" })} <small>{told.answerable !== null ? say({ ko: `답이 있을 가능성 ${percent(told.answerable, 0)}`, en: `${percent(told.answerable, 0)} likely to answer` }) : ""}</small></h2>
          <ul class="cards">{told.passages.map((one, i) => <Evidence key={i} one={one} />)}</ul>
        </section>}
      </>}
    </>
  );
}
