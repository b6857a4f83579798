// A cell while it is typed into. Enter keeps, Escape takes back, Tab keeps and goes on; while a syllable is being composed, those keys are
// the input method's, and what they ask for is done when the syllable is whole. What is typed is kept as a draft a moment after the last key.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSession } from "../context";
import { say } from "../words";
import { columnName, isDate, isIntent, isLong } from "./data";

export type Ending = "stay" | "next" | "back" | "left";
const AFTER_MS = 800;

export function CellEditor({ column, value, fault, up, onTyped, onEnd }: { column: string; value: string; fault: string | undefined; up: boolean; onTyped: (value: string) => void; onEnd: (value: string | null, how: Ending) => void }) {
  const { bot } = useSession();
  const box = useRef<HTMLTextAreaElement & HTMLInputElement & HTMLSelectElement>(null);
  const timer = useRef(0);
  const waits = useRef<Ending | "">("");
  const ended = useRef(false);
  const last = useRef(value);
  const end = (how: Ending, keeps = true) => {
    if (ended.current) return;
    ended.current = true;
    clearTimeout(timer.current);
    onEnd(keeps ? last.current : null, how);
  };
  const ending = useRef(end);
  ending.current = end;
  useLayoutEffect(() => {
    const field = box.current!;
    field.focus();
    if (field.tagName !== "SELECT" && !isDate(column)) field.setSelectionRange(field.value.length, field.value.length);
  }, []);
  useEffect(() => () => ending.current("left"), []);
  const typed = () => {
    last.current = box.current!.value;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onTyped(last.current), AFTER_MS);
  };
  const pressed = (event: KeyboardEvent) => {
    event.stopPropagation();
    const composes = event.isComposing || event.keyCode === 229;
    const isEnter = event.code === "Enter" || event.code === "NumpadEnter";
    if (event.code === "Escape") {
      if (composes) return;
      event.preventDefault();
      return end("stay", false);
    }
    if (isEnter && (event.shiftKey || event.altKey) && isLong(column)) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyS") { event.preventDefault(); return onTyped(last.current); }
    if (!isEnter && event.code !== "Tab") return;
    const how: Ending = isEnter ? "stay" : event.shiftKey ? "back" : "next";
    event.preventDefault();
    if (composes) waits.current = how;
    else end(how);
  };
  const composed = () => {
    const how = waits.current;
    waits.current = "";
    if (how) setTimeout(() => { last.current = box.current?.value ?? last.current; end(how); });
  };
  const common = { ref: box, "aria-label": columnName(column), "aria-invalid": !!fault, onInput: typed, onKeyDown: pressed, oncompositionend: composed, onBlur: () => !ended.current && setTimeout(() => document.hasFocus() && ending.current("left")) };
  return (
    <div class={`cell-editor ${isLong(column) ? "long" : ""} ${up ? "up" : ""}`} onMouseDown={(event) => event.stopPropagation()} onClick={(event) => event.stopPropagation()} onDblClick={(event) => event.stopPropagation()}>
      {isIntent(column) && bot.intents.some((intent) => intent.name === value || !value) ? (
        <select {...common} defaultValue={value} onChange={typed}><option value="" selected={!value}>–</option>{bot.intents.map((intent) => <option key={intent.name} value={intent.name} selected={intent.name === value}>{intent.title || intent.name}</option>)}</select>
      ) : isLong(column) ? (
        <textarea {...common} defaultValue={value} rows={5} />
      ) : (
        <input {...common} type={isDate(column) ? "date" : "text"} defaultValue={value} />
      )}
      {fault && <p class="error" role="alert">{fault}</p>}
      {isLong(column) && <small aria-hidden="true"><kbd>Enter</kbd> {say({ ko: "저장", en: "keep" })} · <kbd>Esc</kbd> {say({ ko: "취소", en: "cancel" })} · <kbd>Shift+Enter</kbd> {say({ ko: "줄 바꿈", en: "new line" })}</small>}
    </div>
  );
}
