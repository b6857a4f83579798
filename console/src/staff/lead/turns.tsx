// A list of turns that grows as it is asked to, each a link to its whole why. Looking for words reads back through the journal piece by
// piece; what has been found so far stands there meanwhile.
import { useEffect, useRef, useState } from "preact/hooks";
import { useSession, intentTitle } from "../context";
import { go, linkTo, type Place } from "../router";
import { Badge, Button, Empty, Field, Trouble, onEnter, toast } from "../ui";
import { moment, number, routeName, say } from "../words";
import { gather, routeNames, seconds, type Parameters, type Turn } from "./data";
import { saveTurns } from "./sheet";

const AT_ONCE = 25;

const howWords = {
  shown: { ko: "수치를 보여 줌", en: "Showed it" },
  computed: { ko: "수치로 계산함", en: "Worked out from it" },
  unsure: { ko: "확인 불가: 배포본이 정리됨", en: "Unsure: the release is gone" },
};

export function TurnItem({ turn }: { turn: Turn }) {
  const { bot } = useSession();
  return (
    <li>
      <p class="about">
        <a href={linkTo("turn", [turn.id])}>{moment(turn.at)}</a>
        <Badge tone={turn.route === "handoff" ? "warn" : "plain"}>{routeName(turn.route)}</Badge>
        {turn.wrong && <Badge tone="bad">{say({ ko: "잘못된 답변", en: "Wrong" })}</Badge>}
        {turn.how && <Badge tone={turn.how === "unsure" ? "warn" : "plain"}>{say(howWords[turn.how])}</Badge>}
        <span>{turn.intent ? intentTitle(bot, turn.intent) : say({ ko: "의도 없음", en: "No intent" })}</span>
        <a href={linkTo("lead", ["turns"], { conversation: turn.conversation })}>{say({ ko: `대화 ${turn.conversation}`, en: `Conversation ${turn.conversation}` })}</a>
        {turn.answer && <a href={linkTo("compliance", ["approvals"], { answer: turn.answer.replace(/ v\d+$/, "") })}>{turn.answer}</a>}
        {turn.channel && <span>{turn.channel}</span>}
        <span>{say({ ko: `배포본 ${turn.release}`, en: `Release ${turn.release}` })}</span>
        <span>{seconds(turn.took_us)}</span>
      </p>
      <p class="said">{turn.message}</p>
      <p class="told">{turn.reply || say({ ko: "(답하지 않음)", en: "(said nothing)" })}</p>
    </li>
  );
}

// `path` and `parameters` name the list; another list begins anew.
export function TurnList({ path, parameters, file, summary }: { path: string; parameters: Parameters; file: string; summary?: (turns: Turn[], whole: boolean) => string }) {
  const key = JSON.stringify([path, parameters]);
  const [state, set] = useState<{ key: string; turns: Turn[]; next: string | null; back: string; begun: boolean }>({ key, turns: [], next: null, back: "", begun: false });
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [wanted, want] = useState({ key, least: AT_ONCE, after: null as string | null });
  const [saving, setSaving] = useState<{ rows: number; stop: AbortController } | null>(null);
  const stop = useRef<AbortController | null>(null);
  const now = wanted.key === key ? wanted : { key, least: AT_ONCE, after: null };

  useEffect(() => {
    const control = new AbortController();
    stop.current = control;
    let turns = now.after ? state.turns : [];
    setBusy(true);
    setError("");
    gather<Turn>(path, { ...parameters, limit: AT_ONCE }, now.after, now.least, (piece) => {
      turns = [...turns, ...piece.rows];
      set({ key, turns, next: piece.next, back: piece.looked_back_to ?? "", begun: true });
    }, control.signal)
      .catch((failure) => !control.signal.aborted && setError(failure.message))
      .finally(() => stop.current === control && setBusy(false));
    return () => control.abort();
  }, [key, now.least, now.after]);

  const shown = state.key === key ? state : { ...state, turns: [], next: null, back: "", begun: false };
  const halt = () => {
    stop.current?.abort();
    setBusy(false);
  };
  useEffect(() => () => saving?.stop.abort(), [key, saving?.stop]);
  const download = async () => {
    const control = new AbortController();
    setSaving({ rows: 0, stop: control });
    setError("");
    try {
      const rows = await saveTurns(path, parameters, file, (so) => !control.signal.aborted && setSaving({ rows: so, stop: control }), control.signal);
      if (!control.signal.aborted) toast({ ko: `${number(rows)}턴을 모두 담았습니다.`, en: `All ${number(rows)} turns are in the file.` });
    } catch (failure) {
      if (!control.signal.aborted) setError((failure as Error).message);
    }
    setSaving(null);
  };
  return (
    <div class="stack" aria-busy={busy}>
      <div class="spread">
        <p class="found" role="status">
          {!shown.begun ? say({ ko: "찾고 있습니다…", en: "Looking…" }) : summary ? summary(shown.turns, !shown.next) : shown.next ? say({ ko: `${number(shown.turns.length)}턴을 보고 있습니다. 더 있습니다.`, en: `${number(shown.turns.length)} turns shown. There are more.` }) : say({ ko: `모두 ${number(shown.turns.length)}턴입니다.`, en: `${number(shown.turns.length)} turns in all.` })}
          {busy && shown.back ? say({ ko: ` ${moment(shown.back)}까지 찾아보았습니다.`, en: ` Looked back to ${moment(shown.back)}.` }) : ""}
        </p>
        <div class="line">
          {busy && <Button kind="quiet" onClick={halt}>{say({ ko: "그만 찾기", en: "Stop" })}</Button>}
          {saving && <span role="status">{say({ ko: `${number(saving.rows)}턴을 받았습니다…`, en: `${number(saving.rows)} turns so far…` })}</span>}
          {saving ? <Button kind="quiet" onClick={() => { saving.stop.abort(); setSaving(null); }}>{say({ ko: "그만 받기", en: "Stop" })}</Button>
            : <Button disabled={shown.turns.length === 0} onClick={() => void download()}>{say({ ko: "CSV 내려받기", en: "Download CSV" })}</Button>}
        </div>
      </div>
      <Trouble of={error} />
      {shown.turns.length > 0 ? (
        <ul class="turns panel">{shown.turns.map((turn) => <TurnItem key={turn.id} turn={turn} />)}</ul>
      ) : shown.begun && !busy ? (
        <Empty title={say({ ko: "이 조건에 맞는 턴이 없습니다.", en: "No turn fits this." })}>
          <p>{say({ ko: "기간을 넓히거나 조건을 줄여 보세요.", en: "Try a longer period, or fewer conditions." })}</p>
        </Empty>
      ) : null}
      {shown.next && !busy && (
        <p class="line">
          <Button onClick={() => want({ key, least: AT_ONCE, after: shown.next })}>{say({ ko: "더 보기", en: "More" })}</Button>
        </p>
      )}
    </div>
  );
}

const FIELDS = ["from", "to", "route", "intent", "channel", "release", "answer", "wrong", "contained", "q", "conversation", "group"] as const;

export function Turns({ place }: { place: Place }) {
  const { bot } = useSession();
  const asked = Object.fromEntries(FIELDS.map((name) => [name, place.query.get(name) ?? undefined])) as Record<(typeof FIELDS)[number], string | undefined>;
  const change = (name: string, value: string | undefined) => go(linkTo("lead", ["turns"], { ...asked, [name]: value || undefined }), true);
  const [words, setWords] = useState(asked.q ?? "");
  useEffect(() => setWords(asked.q ?? ""), [asked.q]);
  const enter = onEnter(() => change("q", words.trim()));
  return (
    <div class="stack">
      <form class="panel filters" role="search" aria-label={say({ ko: "턴 찾기", en: "Find turns" })} onSubmit={(event) => event.preventDefault()}>
        <Field label={say({ ko: "부터", en: "From" })}>{(id) => <input id={id} type="date" value={asked.from ?? ""} onChange={(event) => change("from", event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "까지", en: "To" })}>{(id) => <input id={id} type="date" value={asked.to ?? ""} onChange={(event) => change("to", event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "경로", en: "Route" })}>
          {(id) => (
            <select id={id} value={asked.route ?? ""} onChange={(event) => change("route", event.currentTarget.value)}>
              <option value="">{say({ ko: "모두", en: "All" })}</option>
              {routeNames.map((name) => <option key={name} value={name}>{routeName(name)}</option>)}
            </select>
          )}
        </Field>
        <Field label={say({ ko: "의도", en: "Intent" })}>
          {(id) => (
            <select id={id} value={asked.intent ?? ""} onChange={(event) => change("intent", event.currentTarget.value)}>
              <option value="">{say({ ko: "모두", en: "All" })}</option>
              <option value="-">{say({ ko: "의도 없음", en: "No intent" })}</option>
              {asked.intent && asked.intent !== "-" && !bot.intents.some((intent) => intent.name === asked.intent) && <option value={asked.intent}>{asked.intent}</option>}
              {bot.intents.map((intent) => <option key={intent.name} value={intent.name}>{intent.title}</option>)}
            </select>
          )}
        </Field>
        <Field label={say({ ko: "채널", en: "Channel" })}>{(id) => <input id={id} value={asked.channel ?? ""} onChange={(event) => change("channel", event.currentTarget.value.trim())} />}</Field>
        <Field label={say({ ko: "메시지나 답변의 글", en: "Words of message or reply" })}>
          {(id) => <input id={id} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} onChange={() => change("q", words.trim())} {...enter} />}
        </Field>
        <label class="check">
          <input type="checkbox" checked={asked.wrong === "1"} onChange={(event) => change("wrong", event.currentTarget.checked ? "1" : undefined)} />
          {say({ ko: "잘못된 답변만", en: "Wrong replies only" })}
        </label>
        <label class="check">
          <input type="checkbox" checked={asked.contained === "1"} onChange={(event) => change("contained", event.currentTarget.checked ? "1" : undefined)} />
          {say({ ko: "상담원 없이 끝난 대화만", en: "Contained conversations only" })}
        </label>
        {(asked.conversation || asked.release || asked.answer || asked.group) && (
          <p class="line">
            <Badge>{asked.group ? say({ ko: "답하지 못한 묶음 하나", en: "One unanswered group" }) : asked.conversation ? say({ ko: `대화 ${asked.conversation}`, en: `Conversation ${asked.conversation}` }) : asked.answer ? asked.answer : say({ ko: `배포본 ${asked.release}`, en: `Release ${asked.release}` })}</Badge>
            <Button kind="quiet" onClick={() => go(linkTo("lead", ["turns"], { ...asked, conversation: undefined, release: undefined, answer: undefined, group: undefined }), true)}>{say({ ko: "풀기", en: "Clear" })}</Button>
          </p>
        )}
      </form>
      <TurnList path="/api/turns" parameters={asked} file="paring-turns.csv" />
    </div>
  );
}
