// The one way to the server. A failure is an Error whose message is the server's own sentence; a session that has ended sends everybody
// to the sign-in page, and what was typed stays where it was.
import { say } from "./words";

export class Failure extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly body: any) {
    super(message);
  }
}

let csrf = "";
let user = "";
let signedOut: () => void = () => {};

export function sessionBegin(token: string, ended: () => void, name = ""): void {
  csrf = token;
  signedOut = ended;
  user = name;
}
export const signedInAs = (): string => user;

// `as`: whose this is. What one has typed is never sent in the name of whoever signed in after them.
export type Options = { signal?: AbortSignal; as?: string };

async function ask(path: string, init: RequestInit, head?: (headers: Headers) => void): Promise<any> {
  let reply: Response;
  try {
    reply = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Failure(0, "offline", say({ ko: "서버에 닿지 않습니다. 입력한 내용은 그대로 있습니다.", en: "The server cannot be reached. What you typed is still here." }), null);
  }
  const isJson = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
  const body = isJson ? await reply.json().catch(() => null) : await reply.text();
  if (reply.ok) {
    head?.(reply.headers);
    return body;
  }
  if (reply.status === 401 && csrf) signedOut();
  const error = body?.error ?? {};
  throw new Failure(reply.status, error.code ?? "failed", error.message ?? say({ ko: "잘되지 않았습니다.", en: "This did not work." }), body);
}

const query = (parameters: Record<string, string | number | undefined | null>): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text ? `?${text}` : "";
};
export const address = (path: string, parameters: Record<string, string | number | undefined | null> = {}): string => path + query(parameters);

export const get = <T = any>(path: string, parameters: Record<string, string | number | undefined | null> = {}, options: Options = {}): Promise<T> =>
  ask(address(path, parameters), { method: "GET", signal: options.signal });

// A piece of a file that comes in several: its text, how many rows it has, and where the next begins.
export async function piece(path: string, parameters: Record<string, string | number | undefined | null>, options: Options): Promise<{ text: string; rows: number; next: string | null }> {
  let rows = 0, next: string | null = null;
  const text = await ask(address(path, parameters), { method: "GET", signal: options.signal }, (headers) => {
    rows = Number(headers.get("Paring-Rows") ?? 0);
    next = headers.get("Paring-Next");
  });
  return { text, rows, next };
}

export const post = async <T = any>(path: string, body: object = {}, { as, ...options }: Options = {}): Promise<T> => {
  if (as !== undefined && as !== user) throw new Failure(401, "signed_out", say({ ko: "다른 사람이 로그인했습니다.", en: "Somebody else has signed in." }), null);
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body), ...options });
};

// A file, as its bytes.
export const upload = <T = any>(path: string, file: Blob): Promise<T> =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: file });

export type Me = { name: string; role: "agent" | "writer" | "reviewer" | "lead" | "administrator"; csrf: string };
export type Intent = { name: string; title: string; policy: string };
export type Bot = { language: string; release: number; hash: string; at: string; has_models: boolean; intents: Intent[] };
