// A work list: one thing after another, with the keyboard. j and k go on and back; what else a key does each list says.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { say } from "../words";

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

// `act`: what a key does to the item that has the focus; true when it did something.
export function WorkList<T>({ label, items, id, item, act, keys }: { label: string; items: T[]; id: (one: T) => string; item: (one: T) => ComponentChildren; act: (one: T, code: string) => boolean; keys: string }) {
  const list = useRef<HTMLUListElement>(null);
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const places = [...(list.current?.children ?? [])] as HTMLElement[];
    const at = places.findIndex((place) => place.contains(document.activeElement));
    const step = event.code === "KeyJ" ? 1 : event.code === "KeyK" ? -1 : 0;
    if (step) places[Math.max(0, Math.min(places.length - 1, at + step))]?.focus();
    else if (at < 0 || !items[at] || !act(items[at]!, event.code)) return;
    event.preventDefault();
  };
  return (
    <>
      <p class="keys" aria-hidden="true">
        <span><kbd>j</kbd> {say({ ko: "다음", en: "next" })} <kbd>k</kbd> {say({ ko: "앞", en: "back" })}</span> <span>{keys}</span>
      </p>
      <ul class="work" ref={list} aria-label={label} onKeyDown={pressed}>
        {items.map((one) => (
          <li key={id(one)} tabIndex={0}>{item(one)}</li>
        ))}
      </ul>
    </>
  );
}

// After an item has gone the focus is on the one in its place, not lost.
export function focusStays(): void {
  const items = [...document.querySelectorAll<HTMLElement>(".work > li")];
  const at = items.findIndex((item) => item.contains(document.activeElement));
  setTimeout(() => {
    const left = [...document.querySelectorAll<HTMLElement>(".work > li")];
    if (at >= 0) left[Math.min(at, left.length - 1)]?.focus();
  }, 400);
}
