// A list that is read on page by page.
import { useState } from "preact/hooks";
import { get } from "../api";
import { useLoaded } from "../ui";

export function usePages<Row>(path: string, parameters: Record<string, string | undefined>, nextOf: (reply: { rows: Row[]; next?: string | null }) => string | null) {
  const key = JSON.stringify(parameters);
  const [more, setMore] = useState<{ key: string; rows: Row[]; next: string | null; error: string; busy: boolean }>({ key, rows: [], next: null, error: "", busy: false });
  const first = useLoaded<{ rows: Row[]; next?: string | null }>((signal) => get(path, parameters, { signal }), [path, key]);
  const later = more.key === key ? more : { key, rows: [] as Row[], next: null, error: "", busy: false };
  const rows = [...(first.value?.rows ?? []), ...later.rows];
  const next = later.rows.length ? later.next : first.value ? nextOf(first.value) : null;
  const goOn = async () => {
    setMore({ ...later, key, busy: true });
    try {
      const reply = await get<{ rows: Row[]; next?: string | null }>(path, { ...parameters, after: next });
      setMore({ key, rows: [...later.rows, ...reply.rows], next: nextOf(reply), error: "", busy: false });
    } catch (failure) {
      setMore({ ...later, error: (failure as Error).message, busy: false });
    }
  };
  return { rows, hasMore: next !== null, goOn, busy: later.busy, begun: first.value !== null, error: first.error || later.error };
}
