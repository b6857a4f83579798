// Addresses are after the #: #/writer/answers?q=해지. A page that has unsaved work says so to leaveAsk.
import { useEffect, useState } from "preact/hooks";

export type Place = { area: string; rest: string[]; query: URLSearchParams };

export function placeOf(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [area = "", ...rest] = path.split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { area, rest, query: new URLSearchParams(search) };
}

export function linkTo(area: string, rest: (string | number)[] = [], query: Record<string, string | number | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(name, String(value));
  const path = [area, ...rest].map((part) => encodeURIComponent(String(part))).join("/");
  const text = search.toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

export function go(link: string, replaces = false): void {
  if (replaces) {
    history.replaceState(null, "", link);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = link;
}

export function usePlace(): Place {
  const [place, set] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const changed = () => set(placeOf(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
}
