// The customers' chat page. Messages go one after another; each reply stands under its message. Everything that was said is put
// in as text, never as markup.
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./composer";
import { fresh, hasPerson, keep, load, newId, type Citation, type Conversation, type Entry } from "./conversation";
import { follow, listen, send, type Trouble } from "./server";
import { words } from "./words";
import "./chat.css";

const LISTEN_MS = 3000;
const LISTEN_HIDDEN_MS = 20000;
const LISTEN_MOST_MS = 60000;
const isEmbedded = new URLSearchParams(location.search).has("embed") && parent !== window;

const Mark = () => <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M9 11.5h14M9 17h9" /></svg>;

function Sources({ citations }: { citations: Citation[] }) {
  if (citations.length === 0) return null;
  return (
    <footer class="sources">
      <h3>{words.sources}</h3>
      <ul>
        {citations.map((citation) => {
          const name = (
            <>
              <cite>{citation.title ?? citation.document}</cite>
              {citation.heading && <span> › {citation.heading}</span>}{" "}
              {citation.effective_from && <time dateTime={citation.effective_from}>{words.from(citation.effective_from)}</time>}
            </>
          );
          return (
            <li>
              {citation.quote
                ? <details><summary>{name}</summary><blockquote>{citation.quote.replace(/^#+ /gm, "")}</blockquote></details>
                : name}
            </li>
          );
        })}
      </ul>
    </footer>
  );
}

// A reply's text ends with its sources and its choices, for channels that have nothing but text. Here they stand on their own.
function bare(text: string, choices: string[], citations: Citation[]): string {
  let cut = text.trimEnd();
  const list = choices.map((title, i) => `${i + 1}. ${title}`).join("\n");
  if (choices.length > 0 && cut.endsWith(list)) cut = cut.slice(0, -list.length).trimEnd();
  if (citations.length > 0) cut = cut.replace(/\n\n(출처|Source): [^\n]*$/, "");
  return cut;
}

function Choices({ titles, onChoose }: { titles: string[]; onChoose: ((title: string) => void) | null }) {
  if (titles.length === 0) return null;
  return (
    <ol class="choices" aria-label={words.choices}>
      {titles.map((title, i) => (
        <li>
          {onChoose
            ? <button type="button" onClick={() => onChoose(title)}><b>{i + 1}</b> {title}</button>
            : <span><b>{i + 1}</b> {title}</span>}
        </li>
      ))}
    </ol>
  );
}

function Mine({ entry, onAgain }: { entry: Extract<Entry, { kind: "mine" }>; onAgain: (id: string) => void }) {
  return (
    <article class="entry mine" data-state={entry.state}>
      <h2 class="unseen">{words.mine}</h2>
      <p class="bubble said">{entry.text}</p>
      {entry.state === "refused" && <p class="trouble">{words.refused}</p>}
      {entry.state === "failed" && (
        <p class="trouble">{words.failed} <button type="button" onClick={() => onAgain(entry.id)}>{words.again}</button></p>
      )}
    </article>
  );
}

function Line({ entry, onChoose, onAgain }: { entry: Entry; onChoose: ((title: string) => void) | null; onAgain: (id: string) => void }) {
  if (entry.kind === "note") return <p class="note">{words.notes[entry.text]}</p>;
  if (entry.kind === "mine") return <Mine entry={entry} onAgain={onAgain} />;
  if (entry.kind === "agent")
    return (
      <article class="entry theirs agent">
        <h2 class="who">{words.agent}</h2>
        <p class="bubble said">{entry.text}</p>
      </article>
    );
  const text = bare(entry.text, entry.choices, entry.citations);
  return (
    <article class="entry theirs">
      <h2 class="unseen">{words.theirs}</h2>
      <div class="bubble">
        {entry.generated && <p class="label">{words.generated}</p>}
        {text && <p class="said">{text}</p>}
        <Sources citations={entry.citations} />
      </div>
      <Choices titles={entry.choices} onChoose={onChoose} />
    </article>
  );
}

// The conversation and everything that can be done with it; the page is drawn again after each change.
function useConversation() {
  const current = useRef<Conversation>(load());
  const isSending = useRef(false);
  const [, setVersion] = useState(0);
  const [trouble, setTrouble] = useState<Trouble>(null);
  const changed = () => {
    keep(current.current);
    setVersion((version) => version + 1);
  };

  // One at a time, in the order written; what a reload interrupted goes on with the same ids.
  const pump = async () => {
    if (isSending.current) return;
    isSending.current = true;
    for (;;) {
      const talk = current.current;
      const next = talk.entries.find((entry) => entry.kind === "mine" && entry.state === "waiting");
      if (next?.kind !== "mine") break;
      const sent = await send(talk, next.id, next.text, (what) => talk === current.current && setTrouble(what));
      if (talk !== current.current) continue; // a new chat was begun meanwhile
      next.state = sent.state;
      if (sent.state === "done") {
        const hadPerson = hasPerson(talk);
        const added: Entry[] = sent.reply ? [sent.reply] : [];
        talk.handoff = sent.handoff;
        if (!hadPerson && talk.handoff === "waiting") added.push({ kind: "note", id: newId(), text: "waiting" });
        talk.entries.splice(talk.entries.indexOf(next) + 1, 0, ...added);
      }
      changed();
    }
    isSending.current = false;
    setTrouble((what) => (current.current.entries.some((entry) => entry.kind === "mine" && entry.state === "failed") ? what : null));
  };
  const say = (text: string) => {
    current.current.entries.push({ kind: "mine", id: newId(), text, state: "waiting" });
    changed();
    void pump();
  };
  const again = (id: string) => {
    const entry = current.current.entries.find((one) => one.id === id);
    if (entry?.kind === "mine") entry.state = "waiting";
    changed();
    void pump();
  };
  const restart = () => {
    current.current = fresh();
    setTrouble(null);
    changed();
  };
  const isPersonThere = hasPerson(current.current);

  useEffect(() => void pump(), []);
  // While a person is wanted or there, the server tells when they have written, and it is asked what. Where it does not tell, it
  // is asked every few seconds; more rarely when nobody looks or the server is in trouble.
  useEffect(() => {
    if (!isPersonThere) return;
    const stop = new AbortController();
    const talk = current.current;
    let timer: ReturnType<typeof setTimeout>;
    let wait = LISTEN_MS;
    let [isTold, isAsking, asksAgain] = [false, false, false];
    const look = async () => {
      asksAgain = isAsking; // one at a time, or a line would come twice
      if (isAsking) return;
      isAsking = true;
      clearTimeout(timer);
      const before = `${talk.last} ${talk.handoff}`;
      const went = await listen(talk);
      isAsking = false;
      if (stop.signal.aborted || talk !== current.current) return;
      if (`${talk.last} ${talk.handoff}` !== before) changed();
      wait = went ? LISTEN_MS : Math.min(wait * 2, LISTEN_MOST_MS);
      timer = setTimeout(look, isTold ? LISTEN_MOST_MS : document.hidden ? Math.max(wait, LISTEN_HIDDEN_MS) : wait);
      if (asksAgain) void look();
    };
    const stay = async () => {
      for (let rest = LISTEN_MS; !stop.signal.aborted; ) {
        const went = await follow(talk, stop.signal, () => { isTold = true; void look(); });
        isTold = false;
        if (stop.signal.aborted) return;
        void look();
        rest = went ? LISTEN_MS : Math.min(rest * 2, LISTEN_MOST_MS);
        await new Promise((resolve) => setTimeout(resolve, rest));
      }
    };
    const onShown = () => {
      if (!document.hidden) void look();
    };
    document.addEventListener("visibilitychange", onShown);
    void look();
    void stay();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [isPersonThere, current.current]);

  return { talk: current.current, trouble, say, again, restart };
}

function Chat() {
  const { talk, trouble, say, again, restart } = useConversation();
  const log = useRef<HTMLDivElement>(null);
  const menu = useRef<HTMLButtonElement>(null);
  const [asks, setAsks] = useState(false);
  const [focusKey, setFocusKey] = useState(0);
  const focusComposer = () => setFocusKey((key) => key + 1); // what had the focus is gone
  const { entries } = talk;
  const last = entries[entries.length - 1];
  const isWaiting = entries.some((entry) => entry.kind === "mine" && entry.state === "waiting");

  // A long reply is read from its beginning.
  useLayoutEffect(() => {
    const box = log.current!;
    const articles = box.querySelectorAll<HTMLElement>(".entry");
    const newest = articles[articles.length - 1];
    const top = newest ? newest.offsetTop - box.offsetTop - 72 : 0;
    box.scrollTop = Math.min(box.scrollHeight, newest && newest.offsetHeight > box.clientHeight ? top : box.scrollHeight);
  }, [entries.length, isWaiting]);

  // What was seen at the end is still seen when a line above or a keyboard below takes room.
  useEffect(() => {
    const box = log.current!;
    let before = box.clientHeight;
    const observer = new ResizeObserver(() => {
      const wasAtEnd = box.scrollHeight - box.scrollTop - before < 8;
      if (wasAtEnd && box.clientHeight < before) box.scrollTop = box.scrollHeight;
      before = box.clientHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  const close = () => parent.postMessage("paring:close", "*"); // says nothing but that
  const ask = (open: boolean) => {
    setAsks(open);
    if (!open) menu.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.code !== "Escape" || event.isComposing) return;
    if (asks) ask(false);
    else if (isEmbedded) close();
  };
  const handoff = talk.handoff === "waiting" || talk.handoff === "claimed" ? words.handoff[talk.handoff] : "";
  const status = trouble ? words[trouble] : handoff;
  return (
    <div class="chat" onKeyDown={onKeyDown}>
      <header>
        <Mark />
        <h1>{document.title}</h1>
        {entries.length > 0 && <button type="button" class="quiet" ref={menu} onClick={() => ask(!asks)} aria-expanded={asks}>{words.fresh}</button>}
        {isEmbedded && <button type="button" class="quiet" onClick={close}>{words.close}</button>}
      </header>
      {asks && (
        <section class="asks" aria-label={words.fresh}>
          <p>{words.freshAsk}</p>
          <button type="button" class="strong" onClick={() => { restart(); setAsks(false); focusComposer(); }}>{words.freshYes}</button>
          <button type="button" onClick={() => ask(false)}>{words.cancel}</button>
        </section>
      )}
      <p role="status" class={status ? `status ${trouble ? "bad" : talk.handoff}` : "unseen"}>{status}</p>
      <main>
        <div class="log" ref={log} role="log" aria-live="polite" aria-label={words.log} tabIndex={0}>
          <div class="welcome"><Mark /><p class="hello">{words.welcome}</p><p>{words.welcomeMore}</p></div>
          {entries.map((entry) => (
            <Line key={entry.id} entry={entry} onChoose={entry === last && !isWaiting ? (title) => { say(title); focusComposer(); } : null}
              onAgain={(id) => { again(id); focusComposer(); }} />
          ))}
          {isWaiting && <p class="dots"><span class="unseen">{words.thinking}</span><i /><i /><i /></p>}
        </div>
        <Composer onSend={say} focusKey={focusKey} />
      </main>
    </div>
  );
}

render(<Chat />, document.getElementById("page")!);
