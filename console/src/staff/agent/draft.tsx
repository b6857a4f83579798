// A model's own words, for the agent's eyes: asked for, never sent by itself, each figure marked: found in the sources,
// found there with other words, or not found.
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { Badge, Button, Trouble } from "../ui";
import { say } from "../words";
import { copy } from "./data";

type Mark = { begin: number; end: number; state: "found" | "elsewhere" | "not_found"; source: number | null };
type Source = { kind: "fact" | "passage"; document: string; title: string; heading: string; text: string };
type Drafted = { text: string; model: string; marks: Mark[]; sources: Source[] };

const told = (state: Mark["state"]) =>
  state === "found" ? say({ ko: "✓ 근거 있음", en: "✓ found" })
  : state === "elsewhere" ? say({ ko: "? 다른 말과 함께 있음", en: "? found with other words" })
  : say({ ko: "✗ 근거 없음", en: "✗ not found" });
const marking = { found: "figure found", elsewhere: "figure elsewhere", not_found: "figure unfound" };

function Figures({ of }: { of: Drafted }) {
  const parts = [];
  let at = 0;
  for (const mark of of.marks) {
    if (mark.begin < at) continue;
    const source = mark.source === null ? undefined : of.sources[mark.source];
    const figure = of.text.slice(mark.begin, mark.end);
    parts.push(
      of.text.slice(at, mark.begin),
      <span key={mark.begin} class={marking[mark.state]} title={source ? source.title || source.document : undefined}>{figure} <small>{told(mark.state)}</small></span>,
    );
    at = mark.end;
  }
  return <>{parts}{of.text.slice(at)}</>;
}

export function Draft({ text }: { text: string }) {
  const [state, set] = useState<{ drafted: Drafted | null; error: string; busy: boolean }>({ drafted: null, error: "", busy: false });
  const asked = useRef("");
  useEffect(() => {
    asked.current = "";
    set({ drafted: null, error: "", busy: false });
  }, [text]);
  const ask = async () => {
    asked.current = text;
    set({ drafted: null, error: "", busy: true });
    try {
      const drafted = await post<Drafted>("/api/draft", { text });
      if (asked.current === text) set({ drafted, error: "", busy: false });
    } catch (failure) {
      if (asked.current === text) set({ drafted: null, error: (failure as Error).message, busy: false });
    }
  };
  const { drafted } = state;
  const doubtful = drafted?.marks.some((mark) => mark.state === "not_found");
  const moved = drafted?.marks.some((mark) => mark.state === "elsewhere");
  return (
    <section class="stack" aria-label={say({ ko: "AI 초안", en: "AI draft" })}>
      <p class="line">
        <Button busy={state.busy} onClick={() => void ask()}>{state.busy ? say({ ko: "AI가 쓰는 중…", en: "Writing…" }) : say({ ko: "AI 초안 받기", en: "Ask for an AI draft" })}</Button>
        <small>{say({ ko: "문서를 바탕으로 AI가 씁니다. 고객에게는 나가지 않습니다.", en: "Written by a model from the documents. It never goes to customers." })}</small>
      </p>
      <Trouble of={state.error} />
      {drafted && (
        <div class="card drafted" role="status">
          <p class="line"><Badge tone="warn">{say({ ko: "AI가 쓴 초안", en: "Written by AI" })}</Badge> <small>{drafted.model}</small></p>
          <p class="said"><Figures of={drafted} /></p>
          {doubtful && <p><strong>{say({ ko: "문서에 없는 숫자나 주소가 있습니다. 확인하기 전에는 말하지 마세요.", en: "Some figures or addresses are in no document. Do not say them unchecked." })}</strong></p>}
          {moved && <p><strong>{say({ ko: "문서에서 다른 내용의 숫자일 수 있는 것이 있습니다. 출처를 보고 말하세요.", en: "Some figures may belong to something else in the documents. Look at the source before you say them." })}</strong></p>}
          {drafted.sources.length > 0 && <small>{say({ ko: "본 자료", en: "Shown to it" })}: {[...new Set(drafted.sources.map((one) => one.title || one.document))].join(", ")}</small>}
          <p class="line"><Button onClick={() => void copy(drafted.text)}>{say({ ko: "초안 복사", en: "Copy the draft" })}</Button></p>
        </div>
      )}
    </section>
  );
}
