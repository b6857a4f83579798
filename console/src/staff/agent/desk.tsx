// Conversations that a person is wanted for, as they come: told by the server's events, and asked for while those do not arrive.
import { useEffect, useRef, useState } from "preact/hooks";
import { address, get, post, type Failure } from "../api";
import { useSession } from "../context";
import { causeOf } from "../reasons";
import { linkTo } from "../router";
import { Badge, Button, Confirm, Empty, Field, Trouble, onEnter } from "../ui";
import { moment, routeName, say } from "../words";
import { intentName, packetOf, type Line, type Packet, type Ticket } from "./data";
import type { Wrong } from "./wrong";

const KINDS = ["opened", "customer", "claimed", "agent", "lapsed", "returned", "closed"];
const POLL_MS = 5000, AGAIN_MS = 10000;

export function useDesk(mine: string): { tickets: Ticket[]; error: string; version: number; unread: number; seen: (id: string) => void; again: () => void } {
  const [tickets, setTickets] = useState<Ticket[]>([]);
  const [error, setError] = useState("");
  const [version, setVersion] = useState(0);
  const [fresh, setFresh] = useState<Record<string, number>>({});
  const refresh = useRef<() => Promise<number>>(async () => 0);
  refresh.current = async () => {
    try {
      const told = await get<{ last_event: number; handoffs: Ticket[] }>("/api/handoffs");
      setTickets(told.handoffs);
      setError("");
      setVersion((n) => n + 1);
      return told.last_event;
    } catch (failure) {
      setError((failure as Error).message);
      return 0;
    }
  };
  useEffect(() => {
    let source: EventSource | null = null, ended = false, later = 0, reopen = 0, opened = false;
    const heard = (event: MessageEvent) => {
      const told = JSON.parse(event.data);
      if (told.kind === "customer") setFresh((was) => ({ ...was, [told.handoff]: (was[told.handoff] ?? 0) + 1 }));
      clearTimeout(later);
      later = window.setTimeout(() => void refresh.current(), 50);
    };
    // The browser tries again by itself after a break, but not after a reply that is no stream, such as a proxy's 502.
    const listen = () =>
      void refresh.current().then((last) => {
        if (ended) return;
        source = new EventSource(address("/api/handoffs/events", { after: last }));
        source.onopen = () => (opened = true);
        source.onerror = () => {
          opened = false;
          if (source?.readyState === EventSource.CLOSED) reopen = window.setTimeout(listen, AGAIN_MS);
        };
        for (const kind of KINDS) source.addEventListener(kind, heard as EventListener);
      });
    listen();
    const poll = setInterval(() => !opened && void refresh.current(), POLL_MS);
    return () => {
      ended = true;
      clearInterval(poll);
      clearTimeout(later);
      clearTimeout(reopen);
      source?.close();
    };
  }, []);
  const unread = tickets.filter((one) => one.state === "waiting").length + tickets.filter((one) => one.agent === mine).reduce((sum, one) => sum + (fresh[one.handoff] ?? 0), 0);
  return { tickets, error, version, unread, seen: (id) => setFresh((was) => (was[id] ? { ...was, [id]: 0 } : was)), again: () => void refresh.current() };
}

const didWords: Record<string, { ko: string; en: string }> = {
  claimed: { ko: "맡았습니다", en: "claimed it" }, lapsed: { ko: "응답이 없어 대기로 돌아갔습니다", en: "was silent too long" },
  returned: { ko: "봇에게 돌려주었습니다", en: "returned it to the bot" }, closed: { ko: "끝냈습니다", en: "closed it" },
};
const who = (line: Line): string => (line.from === "customer" ? say({ ko: "고객", en: "Customer" }) : line.from === "bot" ? say({ ko: "봇", en: "Bot" }) : (line.agent ?? say({ ko: "상담원", en: "Agent" })));

export function Transcript({ lines, onWrong }: { lines: Line[]; onWrong?: (of: Wrong, about: string) => void }) {
  const turns = lines.map((line, i) => line.turn ?? (line.from === "bot" ? lines[i - 1]?.turn : undefined));
  return (
    <ol class="talk">
      {lines.map((line, i) => (
        <li key={i} class={line.did ? "did" : `by-${line.from}`}>
          <small>{who(line)} · {moment(line.at)}{line.route ? ` · ${routeName(line.route)}` : ""}</small>
          <p class="said">{line.did ? (didWords[line.did] ? say(didWords[line.did]!) : line.did) : line.text}</p>
          {line.from === "bot" && turns[i] && <span class="line">
            <a href={linkTo("turn", [turns[i]!])}>{say({ ko: "왜 이렇게 답했나", en: "Why" })}</a>
            {onWrong && <button type="button" class="link" onClick={() => onWrong({ turn: turns[i]! }, line.text ?? "")}>{say({ ko: "틀림", en: "Wrong" })}</button>}
          </span>}
        </li>
      ))}
    </ol>
  );
}

function Talk({ id, version, draft, onDraft, onBack, onChange, onWrong }: { id: string; version: number; draft: string; onDraft: (text: string) => void; onBack: () => void; onChange: () => void; onWrong: (of: Wrong, about: string) => void }) {
  const { me, bot } = useSession();
  const [packet, setPacket] = useState<Packet | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [closing, setClosing] = useState(false);
  const key = useRef("");
  const end = useRef<HTMLDivElement>(null);
  const load = () => packetOf(id).then((told) => { setPacket(told); }, (failure) => setError(failure.message));
  useEffect(() => void load(), [id, version]);
  useEffect(() => { if (end.current) end.current.scrollTop = end.current.scrollHeight; }, [packet?.transcript.length]);
  const act = async (what: string, more: object = {}) => {
    setBusy(true);
    setError("");
    try {
      await post(`/api/handoffs/${what}`, { handoff: id, ...more });
      onChange();
      await load();
      return true;
    } catch (failure) {
      const { code, message } = failure as Failure;
      setError(
        code === "conflict" ? (what === "claim" ? say({ ko: "다른 상담원이 맡았거나 이미 끝난 상담입니다.", en: "Another agent has it, or it has ended." }) : say({ ko: "지금은 내가 맡은 상담이 아닙니다. 다시 맡은 뒤에 하세요.", en: "It is not yours now: claim it first." }))
        : code === "claim_lapsed" ? say({ ko: "한동안 답이 없어 대기로 돌아간 상담입니다. 보내지 않았으니 다시 맡은 뒤에 하세요.", en: "Nothing was heard from you, so it went back to the queue, and nothing was sent: claim it again." })
        : message);
      void load();
      return false;
    } finally {
      setBusy(false);
    }
  };
  const sendNow = async () => {
    if (!draft.trim() || busy) return;
    key.current ||= `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    if (await act("say", { text: draft, message_id: key.current })) {
      key.current = "";
      onDraft("");
    }
  };
  const latest = useRef(sendNow);
  latest.current = sendNow;
  const enter = useRef(onEnter(() => void latest.current()));
  if (!packet) return <Trouble of={error} />;
  const mine = packet.state === "claimed" && packet.agent === me.name;
  return (
    <div class="stack">
      <div class="spread"><Button kind="quiet" onClick={onBack}>← {say({ ko: "목록", en: "List" })}</Button><Badge tone={packet.state === "waiting" ? "warn" : "good"}>{packet.state === "waiting" ? say({ ko: "기다림", en: "Waiting" }) : packet.agent ? packet.agent : packet.state}</Badge></div>
      <small>{packet.conversation} · {packet.channel} · {moment(packet.opened_at)} · {causeOf(packet.reason, bot)}</small>
      {packet.intents.length > 0 && <p class="line"><small>{say({ ko: "시도한 의도", en: "Tried" })}</small> {packet.intents.map((one) => <Badge key={one}>{intentName(bot, one)}</Badge>)}</p>}
      {Object.keys(packet.slots).length > 0 && <p class="line"><small>{say({ ko: "항목", en: "Values" })}</small> {Object.entries(packet.slots).map(([name, value]) => <Badge key={name}>{name}: {value}</Badge>)}</p>}
      {packet.sources.length > 0 && <p class="line"><small>{say({ ko: "쓰인 답변", en: "Sources" })}</small> {packet.sources.map((one) => <code key={one}>{one}</code>)}</p>}
      <div class="talks" ref={end} tabIndex={0} role="region" aria-label={say({ ko: "대화", en: "Conversation" })}><Transcript lines={packet.transcript} onWrong={onWrong} /></div>
      <Trouble of={error} />
      {packet.state === "waiting" && <Button kind="main" busy={busy} onClick={() => void act("claim")}>{say({ ko: "맡기", en: "Claim" })}</Button>}
      {packet.state === "claimed" && !mine && <Button busy={busy} onClick={() => void act("claim", { from: packet.agent })}>{say({ ko: "넘겨받기", en: "Take over" })}</Button>}
      {mine && <>
        <Field label={say({ ko: "고객에게 답장", en: "Reply to the customer" })} hint={say({ ko: "Enter로 보냅니다. 줄바꿈은 Shift+Enter.", en: "Enter sends; Shift+Enter is a new line." })}>
          {(field, describedBy) => <textarea id={field} aria-describedby={describedBy} maxLength={2000} value={draft} onInput={(event) => { key.current = ""; onDraft(event.currentTarget.value); }} {...enter.current} />}
        </Field>
        <div class="actions">
          <Button disabled={busy} onClick={() => void act("return").then((done) => done && onBack())}>{say({ ko: "봇에게 돌려주기", en: "Back to the bot" })}</Button>
          <Button disabled={busy} onClick={() => setClosing(true)}>{say({ ko: "끝내기", en: "Close" })}</Button>
          <Button kind="main" busy={busy} onClick={() => void sendNow()}>{say({ ko: "보내기", en: "Send" })}</Button>
        </div>
      </>}
      {closing && <Confirm title={say({ ko: "상담을 끝낼까요?", en: "Close it?" })} text={say({ ko: "고객에게 상담이 끝났다고 알립니다.", en: "The customer is told that it has ended." })} yes={say({ ko: "끝내기", en: "Close" })} onYes={async () => { if (await act("close")) onBack(); }} onClose={() => setClosing(false)} />}
    </div>
  );
}

export function Desk({ desk, open, onOpen, draft, onDraft, onWrong }: { desk: ReturnType<typeof useDesk>; open: string; onOpen: (id: string) => void; draft: string; onDraft: (text: string) => void; onWrong: (of: Wrong, about: string) => void }) {
  const { bot } = useSession();
  return (
    <aside class="panel stack" aria-label={say({ ko: "상담 대기", en: "Handoffs" })}>
      <h2>{say({ ko: "상담 대기", en: "Handoffs" })} {desk.unread > 0 && <Badge tone="warn">{desk.unread}</Badge>}</h2>
      <Trouble of={desk.error} />
      {open ? <Talk key={open} id={open} version={desk.version} draft={draft} onDraft={onDraft} onBack={() => onOpen("")} onChange={desk.again} onWrong={onWrong} />
        : desk.tickets.length === 0 ? <Empty title={say({ ko: "기다리는 고객이 없습니다.", en: "Nobody is waiting." })}><p>{say({ ko: "새 고객이 오면 여기에 바로 나타납니다.", en: "Who comes appears here at once." })}</p></Empty>
        : <ul class="queue">{desk.tickets.map((one) => (
          <li key={one.handoff}><button type="button" class="ticket" onClick={() => onOpen(one.handoff)}>
            <span class="spread"><strong>{one.conversation}</strong><Badge tone={one.state === "waiting" ? "warn" : "plain"}>{one.state === "waiting" ? say({ ko: "기다림", en: "Waiting" }) : one.agent}</Badge></span>
            <small>{moment(one.opened_at)}</small>
            <small>{causeOf(one.reason, bot)}</small>
          </button></li>))}</ul>}
    </aside>
  );
}
