// What the bot says, for those who write it: the rows and a search over everything, one row's editor, drafts, and reviews.
import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import { useSession } from "../context";
import { go, linkTo, type Place } from "../router";
import { Badge, Button, Empty, Field, Tabs, Trouble, onEnter, useLoaded } from "../ui";
import { moment, say } from "../words";
import { kindName, kindNames, summary, type Row } from "./data";
import { Editor } from "./editor";
import { Guide } from "./guide";
import { Drafts, ReviewPage, Reviews } from "./reviews";
import { Workbook } from "./workbook";
import "./writer.css";

const PAGE = 100;

function Rows({ query }: { query: URLSearchParams }) {
  const { bot } = useSession();
  const kind = query.get("kind") ?? "answers", q = query.get("q") ?? "", intent = query.get("intent") ?? "", after = Number(query.get("after") ?? 0) || 0;
  const [words, setWords] = useState(q);
  const { value, error, busy } = useLoaded((signal) => get<{ rows: Row[]; total: number }>("/api/rows", { kind: kind === "all" ? "" : kind, q, intent, after, limit: PAGE }, { signal }), [kind, q, intent, after]);
  const to = (more: Record<string, string | number>) => go(linkTo("writer", [], { kind, q: words, intent, ...more }));
  return (
    <>
      <form class="filters" onSubmit={(event) => { event.preventDefault(); to({}); }}>
        <Field label={say({ ko: "찾기 (모든 칸에서)", en: "Search (every field)" })}>{(id) => <input id={id} type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} {...onEnter(() => to({}))} />}</Field>
        <Field label={say({ ko: "종류", en: "Kind" })}>{(id) => <select id={id} value={kind} onChange={(event) => to({ kind: event.currentTarget.value })}><option value="all">{say({ ko: "모두", en: "All" })}</option>{kindNames.map((name) => <option key={name} value={name}>{kindName(name)}</option>)}</select>}</Field>
        <Field label={say({ ko: "의도", en: "Intent" })}>{(id) => <select id={id} value={intent} onChange={(event) => to({ intent: event.currentTarget.value })}><option value="">{say({ ko: "모두", en: "All" })}</option>{bot.intents.map((one) => <option key={one.name} value={one.name}>{one.title || one.name}</option>)}</select>}</Field>
        {kind !== "all" && <Button kind="main" onClick={() => go(linkTo("writer", ["new", kind]))}>{say({ ko: "새로 쓰기", en: "New" })}</Button>}
      </form>
      <Trouble of={error} />
      <p class="hint" role="status" aria-busy={busy}>{value ? say({ ko: `${value.total}개`, en: `${value.total} rows` }) : ""}</p>
      {value && !value.rows.length && <Empty title={say({ ko: "찾는 것이 없습니다. 다른 말로 찾거나 종류를 '모두'로 바꿔 보세요.", en: "Nothing found. Try other words, or all kinds." })} />}
      {value && value.rows.length > 0 && (
        <div class="scroll">
          <table>
            <thead><tr><th>ID</th><th>{say({ ko: "의도", en: "Intent" })}</th><th>{say({ ko: "내용", en: "Text" })}</th><th>{say({ ko: "고침", en: "Changed" })}</th></tr></thead>
            <tbody>
              {value.rows.map((row) => (
                <tr key={`${row.kind} ${row.id}`}>
                  <td><a href={linkTo("writer", ["edit", row.kind, row.id])}>{row.id}</a>{kind === "all" && <small> {kindName(row.kind)}</small>}</td>
                  <td>{row.fields.intent ?? ""}</td>
                  <td>{summary(row.fields).slice(0, 160)} {row.drafts.map((name) => <Badge key={name} tone="warn">{say({ ko: `${name} 초안`, en: `${name}’s draft` })}</Badge>)}</td>
                  <td>{row.changed_by} <small>{moment(row.changed_at)}</small></td>
                </tr>
              ))}
            </tbody>
          </table>
          <div class="actions">
            {after > 0 && <Button onClick={() => to({ after: Math.max(0, after - PAGE) })}>{say({ ko: "앞", en: "Back" })}</Button>}
            {after + PAGE < value.total && <Button onClick={() => to({ after: after + PAGE })}>{say({ ko: "다음", en: "More" })}</Button>}
          </div>
        </div>
      )}
    </>
  );
}

export default function Writer({ place }: { place: Place }) {
  const [view = "", first = "", second = ""] = place.rest;
  const [helps, setHelps] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const on = event.target instanceof HTMLElement ? event.target : null;
      if (event.code !== "Slash" || !event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]") || on?.matches("input, textarea, select") || on?.isContentEditable) return;
      event.preventDefault();
      setHelps(true);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  const tabs = [
    { link: linkTo("writer"), name: say({ ko: "내용", en: "Content" }) },
    { link: linkTo("writer", ["drafts"]), name: say({ ko: "내 초안", en: "My drafts" }) },
    { link: linkTo("writer", ["reviews"]), name: say({ ko: "검토", en: "Reviews" }) },
    { link: linkTo("writer", ["workbook"]), name: say({ ko: "엑셀", en: "Workbook" }) },
  ];
  const current = view === "drafts" || view === "reviews" || view === "workbook" ? linkTo("writer", [view]) : linkTo("writer");
  return (
    <>
      <Tabs label={say({ ko: "답변 관리", en: "Content" })} items={tabs} current={current} />
      <Button kind="quiet" onClick={() => setHelps(true)}>{say({ ko: "안내", en: "Guide" })} <kbd>?</kbd></Button>
      {helps && <Guide onClose={() => setHelps(false)} />}
      {view === "workbook" ? <Workbook /> : view === "drafts" ? <Drafts /> : view === "reviews" && first ? <ReviewPage number={first} /> : view === "reviews" ? <Reviews /> : view === "edit" ? <Editor key={`${first} ${second}`} kind={first} id={second} /> : view === "new" ? <Editor key={`new ${first}`} kind={first} id="" /> : <Rows key={place.query.toString()} query={place.query} />}
    </>
  );
}
