// The box that messages are written in. With a Korean input method Enter often comes while a syllable is still being composed:
// nothing is sent then; Enter is remembered, and the message goes when the composition has ended, whole and once.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { length } from "./conversation";
import { words } from "./words";

const MOST = 2000;
const HINT_FROM = 1800;
const COMPOSING = 229; // the keyCode of a key that an input method has taken
const TALLEST_PX = 144;

const number = (n: number) => n.toLocaleString(document.documentElement.lang);
// On a touch screen the focus would bring the keyboard over what has just been said.
const hasKeyboard = () => matchMedia("(hover: hover) and (pointer: fine)").matches;

export function Composer({ onSend, focusKey }: { onSend: (text: string) => void; focusKey: number }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const isComposing = useRef(false);
  const sendsWhenComposed = useRef(false);
  const hasShift = useRef(false);
  const [count, setCount] = useState(0);

  const measure = () => {
    const area = box.current!;
    setCount(length(area.value.trim()));
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, TALLEST_PX)}px`;
  };
  const submit = () => {
    const area = box.current!;
    const text = area.value.trim();
    if (text && length(text) <= MOST) {
      area.value = "";
      onSend(text);
    }
    measure();
  };
  const enter = (inComposition: boolean) => {
    if (inComposition) sendsWhenComposed.current = true;
    else submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    hasShift.current = event.shiftKey;
    if (event.key !== "Enter" && event.code !== "Enter" && event.code !== "NumpadEnter") {
      sendsWhenComposed.current = false;
      return;
    }
    if (event.shiftKey) return;
    event.preventDefault();
    // Safari has ended the composition already when it tells of its Enter: the text is whole a moment later.
    if (event.keyCode === COMPOSING && !event.isComposing && !isComposing.current) setTimeout(submit, 0);
    else enter(event.isComposing || isComposing.current);
  };
  // Keyboards on the screen often name no key: there Enter is only this.
  const onBeforeInput = (event: InputEvent) => {
    if ((event.inputType !== "insertLineBreak" && event.inputType !== "insertParagraph") || hasShift.current) return;
    event.preventDefault();
    enter(isComposing.current);
  };
  const onCompositionEnd = () => {
    isComposing.current = false;
    // Some browsers change the text only after this event.
    setTimeout(() => {
      if (sendsWhenComposed.current && !isComposing.current) {
        sendsWhenComposed.current = false;
        submit();
      } else if (box.current) measure();
    }, 0);
  };
  const onCompositionStart = () => {
    isComposing.current = true;
    sendsWhenComposed.current = false;
  };
  // By hand: Preact knows an event's name only where the browser has a property for it, and for these many have none.
  useLayoutEffect(() => {
    const area = box.current!;
    const events = { compositionstart: onCompositionStart, compositionend: onCompositionEnd, beforeinput: onBeforeInput };
    for (const [name, listener] of Object.entries(events)) area.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(events)) area.removeEventListener(name, listener as EventListener);
    };
  });
  useEffect(() => {
    if (hasKeyboard()) box.current?.focus({ preventScroll: true });
  }, [focusKey]);

  const isOver = count > MOST;
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); submit(); box.current?.focus(); }}>
      <label class="unseen" for="message">{words.message}</label>
      <textarea
        id="message" ref={box} rows={1} placeholder={words.placeholder} autocomplete="off" enterkeyhint="send"
        aria-describedby={count >= HINT_FROM ? "count" : undefined} aria-invalid={isOver} onInput={measure} onKeyDown={onKeyDown}
        onBlur={() => { sendsWhenComposed.current = false; }}
      />
      <button type="submit" class="send" disabled={isOver} aria-label={words.send} title={words.send}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20V5M5 11.5 12 4.5l7 7" /></svg>
      </button>
      <p id="count" class={isOver ? "count over" : "count"} role="status">
        {isOver ? words.tooLong(number(MOST), number(count)) : count >= HINT_FROM ? `${number(Math.floor(count / 50) * 50)} / ${number(MOST)}` : ""}
      </p>
    </form>
  );
}
