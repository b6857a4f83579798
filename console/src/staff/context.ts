// Who is signed in and which bot this is, for every page.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Bot, Me } from "./api";
import { say } from "./words";

export type Session = { me: Me; bot: Bot; refresh: () => Promise<void> };
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session");
  return session;
}

export const intentTitle = (bot: Bot, name: string): string =>
  name === "out_of_scope" ? say({ ko: "범위 밖", en: "Out of scope" }) : bot.intents.find((intent) => intent.name === name)?.title || name;
