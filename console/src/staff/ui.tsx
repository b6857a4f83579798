// The parts every page is made of. Each is plain HTML with a class; what it does for keyboards and screen readers is done here, once.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Failure } from "./api";
import { say, type Words } from "./words";

type Kind = "plain" | "main" | "danger" | "quiet";
export function Button({ kind = "plain", busy = false, children, ...rest }: { kind?: Kind; busy?: boolean; children: ComponentChildren } & JSX.IntrinsicElements["button"]) {
  return (
    <button type="button" {...rest} class={`button ${kind}`} aria-busy={busy} disabled={rest.disabled || busy}>
      {children}
    </button>
  );
}

export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string; children: (id: string, describedBy: string | undefined) => ComponentChildren }) {
  const id = useId();
  const about = hint || error ? `${id}-about` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, about)}
      {about && (
        <p id={about} class={error ? "error" : "hint"} role={error ? "alert" : undefined}>
          {error || hint}
        </p>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="title">{title}</p>
      {children}
    </div>
  );
}

export function Badge({ tone = "plain", children }: { tone?: "plain" | "good" | "bad" | "warn"; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

// A choice among a few views. `items`: address and name.
export function Tabs({ label, items, current }: { label: string; items: { link: string; name: string; count?: number }[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {items.map((item) => (
        <a key={item.link} href={item.link} aria-current={item.link === current ? "page" : undefined}>
          {item.name}
          {item.count ? <span class="count">{item.count}</span> : null}
        </a>
      ))}
    </nav>
  );
}

// Modal; the browser keeps the focus inside. Escape and the close button call onClose.
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" class="button quiet close" onClick={onClose} aria-label={say({ ko: "닫기", en: "Close" })}>
          ×
        </button>
      </header>
      {children}
    </dialog>
  );
}

export function Confirm({ title, text, yes, danger = false, onYes, onClose }: { title: string; text: string; yes: string; danger?: boolean; onYes: () => Promise<void> | void; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const act = async () => {
    setBusy(true);
    try {
      await onYes();
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <Trouble of={error} />
      <div class="actions">
        <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
        <Button kind={danger ? "danger" : "main"} busy={busy} onClick={act}>
          {yes}
        </Button>
      </div>
    </Dialog>
  );
}

export function Trouble({ of }: { of: string | null | undefined }) {
  return (
    <div role="alert" class={of ? "trouble" : undefined}>
      {of}
    </div>
  );
}

// What has just happened, said once and for everybody.
type Note = { id: number; text: string; bad: boolean };
let notes: Note[] = [];
let count = 0;
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());
export function toast(words: Words | string, bad = false): void {
  const note = { id: ++count, text: typeof words === "string" ? words : say(words), bad };
  notes = [...notes.slice(-2), note];
  tell();
  setTimeout(() => {
    notes = notes.filter((other) => other !== note);
    tell();
  }, bad ? 8000 : 4000);
}
export function Toasts() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notes.map((note) => (
        <p key={note.id} class={note.bad ? "bad" : undefined}>
          {note.text}
        </p>
      ))}
    </div>
  );
}

// What `load` gives, again whenever `keys` change; the old stays on the page until the new is there.
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, keys: unknown[]): { value: T | null; error: string; busy: boolean; again: () => void } {
  const [state, set] = useState<{ value: T | null; error: string; busy: boolean }>({ value: null, error: "", busy: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    set((was) => ({ ...was, busy: true }));
    load(stop.signal).then(
      (value) => !stop.signal.aborted && set({ value, error: "", busy: false }),
      (failure) => !stop.signal.aborted && set((was) => ({ value: was.value, error: (failure as Error).message, busy: false })),
    );
    return () => stop.abort();
  }, [...keys, turn]);
  useEffect(() => {
    if (!state.error) return; // what failed for want of a session or a network is asked for again when there is one
    const again = () => setTurn((n) => n + 1);
    addEventListener("paring:signed-in", again);
    addEventListener("online", again);
    return () => { removeEventListener("paring:signed-in", again); removeEventListener("online", again); };
  }, [state.error]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}

export const isGone = (error: unknown): boolean => error instanceof Failure && error.status === 404;

// Enter while a syllable is being composed belongs to the input method: it is remembered and done when the syllable is whole.
// One field composes at a time, and may be drawn again meanwhile. Preact knows this event in lower case only.
let waits = false;
export function onEnter(act: () => void): { onKeyDown: (event: KeyboardEvent) => void; oncompositionend: () => void } {
  return {
    onKeyDown(event) {
      if (event.code !== "Enter" && event.code !== "NumpadEnter") return;
      if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (event.isComposing || event.keyCode === 229) waits = true;
      else act();
    },
    oncompositionend() {
      if (!waits) return;
      waits = false;
      setTimeout(act);
    },
  };
}
