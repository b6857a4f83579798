// What the server says about what is being typed: asked a moment after the last key, and the last answer stays until the next is there.
import { useEffect, useState } from "preact/hooks";

export function useLater<T>(ask: (signal: AbortSignal) => Promise<T>, keys: unknown[]): { value: T | null; error: string } {
  const [state, set] = useState<{ value: T | null; error: string }>({ value: null, error: "" });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask(stop.signal).then((value) => !stop.signal.aborted && set({ value, error: "" }), (failure) => !stop.signal.aborted && set((was) => ({ value: was.value, error: (failure as Error).message })));
    }, 200);
    return () => { clearTimeout(timer); stop.abort(); };
  }, keys);
  return state;
}
