// What documents' tables say and nobody has stated yet: looked at beside its source, then kept as a draft or refused.
import { useState } from "preact/hooks";
import { get, post } from "../api";
import { linkTo } from "../router";
import { Badge, Button, Empty, Trouble, toast, useLoaded } from "../ui";
import { say } from "../words";
import { columnName, columnsOf, kindName, type Fields } from "./data";
import { factLine } from "./factwords";
import { useNames, type Names } from "./names";

type Proposal = { kind: string; id: string; fields: Fields; document: string; table_row: string; refused_by: string | null; drafts: string[] };
type Told = { rows: Proposal[]; total: number; other: number; documents: number; tables: number; known: number; contrary: number; unread: number };
const PAGE = 50;

const cellsOf = (row: string): string[] => row.replace(/^\||\|$/g, "").split("|").map((text) => text.trim());

function One({ proposal, names, onDone }: { proposal: Proposal; names: Names; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const act = async (path: string, body: object, said: { ko: string; en: string }) => {
    setBusy(true);
    setTrouble("");
    try {
      await post(path, body);
      toast(said);
      onDone();
    } catch (failure) {
      setTrouble((failure as Error).message);
    }
    setBusy(false);
  };
  const keep = () => act("/api/drafts", { kind: proposal.kind, id: proposal.id, base: "", fields: proposal.fields }, { ko: "내 초안으로 받았습니다. 검토를 거쳐야 쓰입니다.", en: "It is your draft now, and is used once reviewed." });
  const refuse = (isRefused: boolean) => act("/api/proposals/refuse", { proposal: proposal.id, is_refused: isRefused }, isRefused ? { ko: "거절했습니다. ‘거절한 것’에서 되돌릴 수 있습니다.", en: "Refused. It can be taken back under Refused." } : { ko: "다시 목록에 넣었습니다.", en: "It is back in the list." });
  return (
    <li class="panel stack">
      <div class="spread"><h2><Badge>{kindName(proposal.kind)}</Badge> {factLine(proposal.kind, proposal.fields, names)}</h2>{proposal.drafts.map((name) => <Badge key={name} tone="warn">{say({ ko: `${name} 초안`, en: `${name}’s draft` })}</Badge>)}</div>
      <div class="editing">
        <dl class="proposed">{columnsOf(proposal.kind).slice(1).filter((column) => proposal.fields[column]).map((column) => <div key={column}><dt>{columnName(column)}</dt><dd>{proposal.fields[column]}</dd></div>)}</dl>
        <div>
          <p class="hint">{say({ ko: "문서의 이 줄에서", en: "From this line of" })} <a href={linkTo("writer", ["edit", "documents", proposal.document])}>{proposal.document}</a></p>
          <div class="scroll"><table class="source-row"><tbody><tr>{cellsOf(proposal.table_row).map((text, i) => <td key={i}>{text}</td>)}</tr></tbody></table></div>
        </div>
      </div>
      <Trouble of={trouble} />
      <div class="actions">
        {proposal.refused_by ? (
          <><span class="hint">{say({ ko: `${proposal.refused_by}님이 거절함`, en: `refused by ${proposal.refused_by}` })}</span><Button busy={busy} onClick={() => void refuse(false)}>{say({ ko: "되돌리기", en: "Take back" })}</Button></>
        ) : proposal.drafts.length > 0 ? (
          <a class="button" href={linkTo("writer", ["edit", proposal.kind, proposal.id])}>{say({ ko: "초안 열기", en: "Open the draft" })}</a>
        ) : (
          <><Button kind="danger" busy={busy} onClick={() => void refuse(true)}>{say({ ko: "거절", en: "Refuse" })}</Button><Button kind="main" busy={busy} onClick={() => void keep()}>{say({ ko: "초안으로 받기", en: "Keep as a draft" })}</Button></>
        )}
      </div>
    </li>
  );
}

export function Proposals({ query }: { query: URLSearchParams }) {
  const state = query.get("state") === "refused" ? "refused" : "open", after = Number(query.get("after") ?? 0) || 0;
  const { value, error, again, busy } = useLoaded((signal) => get<Told>("/api/proposals", { state, after, limit: PAGE }, { signal }), [state, after]);
  const names = useNames(true);
  const to = (more: Record<string, string | number>) => linkTo("writer", ["facts", "proposals"], { state: state === "refused" ? state : undefined, ...more });
  return (
    <div class="stack">
      <div class="spread">
        <p class="hint" role="status" aria-busy={busy}>{value ? say({ ko: `문서 ${value.documents}개의 표 ${value.tables}개를 읽었습니다. 이미 있는 값 ${value.known}개, 지금 값과 다른 것 ${value.contrary}개, 확실하지 않아 두고 온 칸 ${value.unread}개.`, en: `${value.tables} tables of ${value.documents} documents were read: ${value.known} values stated already, ${value.contrary} against what is stated, ${value.unread} cells left as unsure.` }) : say({ ko: "문서의 표를 읽고 있습니다…", en: "Reading the documents’ tables…" })}</p>
        {value && <a class="button" href={linkTo("writer", ["facts", "proposals"], state === "open" ? { state: "refused" } : {})}>{state === "open" ? say({ ko: `거절한 것 ${value.other}개`, en: `${value.other} refused` }) : say({ ko: `남은 제안 ${value.other}개`, en: `${value.other} open` })}</a>}
      </div>
      <Trouble of={error} />
      {value && !value.rows.length && <Empty title={state === "open" ? say({ ko: "살펴볼 제안이 없습니다. 표가 있는 문서를 가져오면 여기에 나옵니다.", en: "Nothing to look at. Import documents with tables, and what they say comes here." }) : say({ ko: "거절한 제안이 없습니다.", en: "No proposal is refused." })} />}
      <ul class="rows">{value?.rows.map((proposal) => <One key={proposal.id} proposal={proposal} names={names} onDone={again} />)}</ul>
      {value && <div class="actions">{after > 0 && <a class="button" href={to({ after: Math.max(0, after - PAGE) })}>{say({ ko: "앞", en: "Back" })}</a>}{after + PAGE < value.total && <a class="button" href={to({ after: after + PAGE })}>{say({ ko: "다음", en: "More" })}</a>}</div>}
    </div>
  );
}
