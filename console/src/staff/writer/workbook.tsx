// A workbook for a spreadsheet: out, back in, what that would change, and then as drafts. Rows change by a review alone.
import { useRef, useState } from "preact/hooks";
import { upload } from "../api";
import { go, linkTo } from "../router";
import { Badge, Button, Field, Trouble, toast } from "../ui";
import { say } from "../words";
import { kindName, type Fields } from "./data";
import { Difference } from "./difference";
import { refusal, unread, type Refusal } from "./refusals";

type Told = {
  new: number; changed: number; unchanged: number; kept: number; left: number; refused_count: number; conflict_count: number;
  refused: Refusal[];
  conflicts: { kind: string; id: string; line: number; is_gone: boolean; changed_by: string; was: Fields | null; theirs: Fields | null; yours: Fields }[];
  rows: { kind: string; id: string; was: Fields | null; yours: Fields; left: string | null; key: string | null }[];
};
const MOST_BYTES = 32 << 20; // as in base/limits.h: a workbook of this size leaves, and comes back

function Refused({ told }: { told: Told }) {
  return (
    <section class="panel">
      <h2>{say({ ko: `받을 수 없는 행 ${told.refused_count}개`, en: `${told.refused_count} rows cannot be taken` })}</h2>
      <p>{say({ ko: "아무것도 저장하지 않았습니다. 표에서 고쳐 다시 올려 주세요.", en: "Nothing was kept. Mend these in the file and upload it again." })}</p>
      <ul>{told.refused.map((row) => <li key={`${row.sheet} ${row.line}`}>{kindName(row.sheet)} {say({ ko: `${row.line}행`, en: `line ${row.line}` })}: {refusal(row)}</li>)}</ul>
    </section>
  );
}

function Conflicts({ told }: { told: Told }) {
  return (
    <section class="panel">
      <h2>{say({ ko: `그사이 다른 사람도 고친 행 ${told.conflict_count}개`, en: `${told.conflict_count} rows that somebody else changed meanwhile` })}</h2>
      <p>{say({ ko: "이 행들은 초안이 되지 않습니다. 행을 열어 합쳐 주세요.", en: "These do not become drafts. Open the row and bring the two together." })}</p>
      <ul class="rows">
        {told.conflicts.map((row) => (
          <li key={`${row.kind} ${row.id}`}>
            <a href={linkTo("writer", ["edit", row.kind, row.id])}>{row.id}</a> <small>{kindName(row.kind)}</small>
            <h3>{row.is_gone ? say({ ko: "그사이 없어졌습니다", en: "It is gone" }) : say({ ko: `${row.changed_by} 님이 고친 것`, en: `What ${row.changed_by} changed` })}</h3>
            {row.theirs && <Difference kind={row.kind} was={row.was} now={row.theirs} />}
            <h3>{say({ ko: "표에서 고친 것", en: "What the file changes" })}</h3>
            <Difference kind={row.kind} was={row.was} now={row.yours} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Changes({ told }: { told: Told }) {
  const count = told.new + told.changed;
  return (
    <section class="panel">
      <h2>{say({ ko: "바뀌는 것", en: "What would change" })}</h2>
      {count > told.rows.length && <p class="hint">{say({ ko: `${count}개 가운데 처음 ${told.rows.length}개`, en: `The first ${told.rows.length} of ${count}` })}</p>}
      <ul class="rows">
        {told.rows.map((row) => (
          <li key={`${row.kind} ${row.id}`}>
            {row.was ? <a href={linkTo("writer", ["edit", row.kind, row.id])}>{row.id}</a> : <Badge tone="good">{say({ ko: "새 행", en: "New" })}</Badge>} <small>{kindName(row.kind)}</small>
            {row.left && <p><Badge tone="warn">{say({ ko: "초안이 되지 않음", en: "Not kept" })}</Badge> {refusal({ line: 0, sheet: row.kind, reason: row.left, key: row.key })}</p>}
            <Difference kind={row.kind} was={row.was} now={row.yours} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Workbook() {
  const box = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [told, setTold] = useState<Told | null>(null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const send = async (chosen: File, keeps: boolean) => {
    setBusy(true);
    setTrouble("");
    try {
      if (chosen.size > MOST_BYTES) throw new Error(say({ ko: "파일은 32MB까지 올릴 수 있습니다.", en: "A file may have 32 MB at most." }));
      const reply = await upload<Told>(`/api/workbook${keeps ? "?keep=drafts" : ""}`, chosen);
      setTold(reply);
      if (keeps && reply.kept) toast({ ko: `초안 ${reply.kept}개를 저장했습니다.`, en: `${reply.kept} drafts are kept.` });
      if (keeps && reply.kept && !reply.left && !reply.conflict_count) go(linkTo("writer", ["drafts"]));
    } catch (failure) {
      const { status, message } = failure as { status?: number; message: string };
      setTrouble(status === 400 ? unread(failure as { message: string }) : message);
    }
    setBusy(false);
  };
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setTold(null);
    setTrouble("");
    if (chosen) void send(chosen, false);
  };
  const count = told ? told.new + told.changed : 0;
  return (
    <div class="rows">
      <section class="panel">
        <h2>{say({ ko: "1. 내려받기", en: "1. Download" })}</h2>
        <p>{say({ ko: "예문, 답변, 기준값, 평가 예문이 시트마다 들어 있습니다. 시트 이름, 첫 줄, ID, 숨은 열은 그대로 두세요.", en: "Examples, answers, facts and cases, a sheet each. Leave sheet names, the first line, ids and the hidden column as they are." })}</p>
        <a class="button" href="/api/workbook" download>{say({ ko: "엑셀 파일 내려받기", en: "Download the workbook" })}</a>
      </section>
      <section class="panel">
        <h2>{say({ ko: "2. 올려서 확인하기", en: "2. Upload and see" })}</h2>
        <Field label={say({ ko: "고친 파일 (.xlsx, 32MB까지)", en: "The edited file (.xlsx, at most 32 MB)" })} hint={say({ ko: "올려도 아무것도 바뀌지 않습니다. 무엇이 달라지는지 먼저 보여 드립니다.", en: "Uploading changes nothing: you see first what would." })}>
          {(id, about) => <input id={id} aria-describedby={about} ref={box} type="file" accept=".xlsx" disabled={busy} onClick={(event) => { event.currentTarget.value = ""; }} onChange={(event) => choose(event.currentTarget.files?.[0] ?? null)} />}
        </Field>
        <Trouble of={trouble} />
        <p role="status" aria-busy={busy}>
          {busy ? say({ ko: "읽고 있습니다…", en: "Reading…" }) : told ? say({ ko: `새 행 ${told.new}개, 고친 행 ${told.changed}개, 그대로 ${told.unchanged}개, 겹침 ${told.conflict_count}개, 받을 수 없음 ${told.refused_count}개`, en: `${told.new} new, ${told.changed} changed, ${told.unchanged} unchanged, ${told.conflict_count} in conflict, ${told.refused_count} refused` }) : ""}
        </p>
        {told && file && !told.refused_count && count > 0 && <div class="actions"><Button kind="main" busy={busy} onClick={() => void send(file, true)}>{say({ ko: `${count}개를 내 초안으로`, en: `Keep ${count} as my drafts` })}</Button></div>}
      </section>
      {told && told.refused_count > 0 && <Refused told={told} />}
      {told && told.conflict_count > 0 && <Conflicts told={told} />}
      {told && told.rows.length > 0 && <Changes told={told} />}
    </div>
  );
}
