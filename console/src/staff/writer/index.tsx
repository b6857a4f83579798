// What the bot says, for those who write it: the rows and a search over everything, one row's editor, drafts, and reviews.
import { useEffect, useState } from "preact/hooks";
import { useSession } from "../context";
import { go, linkTo, type Place } from "../router";
import { Button, Field, Tabs } from "../ui";
import { say } from "../words";
import { kindName, kindNames } from "./data";
import { Editor } from "./editor";
import { editsBegin } from "./edits";
import { Facts } from "./facts";
import { factKinds } from "./factwords";
import { Grid } from "./grid";
import { Guide } from "./guide";
import { Drafts, ReviewPage, Reviews } from "./reviews";
import type { Asked } from "./rows";
import { unsavedBegin } from "./unsaved";
import { Workbook } from "./workbook";
import "./writer.css";

function Rows({ query }: { query: URLSearchParams }) {
  const { bot } = useSession();
  const [asked, setAsked] = useState<Asked>({ kind: query.get("kind") ?? "answers", q: query.get("q") ?? "", intent: query.get("intent") ?? "", draft: query.get("draft") === "mine" ? "mine" : "" });
  const { kind, q, intent, draft } = asked;
  // The address follows without a new page, so that the field being typed into stays.
  const to = (more: Partial<Asked>) => {
    const next = { ...asked, ...more };
    setAsked(next);
    history.replaceState(null, "", linkTo("writer", [], { ...next, kind: next.kind === "answers" ? "" : next.kind }));
  };
  return (
    <>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label={say({ ko: "찾기 (모든 칸에서)", en: "Search (every field)" })}>{(id) => <input id={id} type="search" value={q} onInput={(event) => to({ q: event.currentTarget.value })} />}</Field>
        <Field label={say({ ko: "종류", en: "Kind" })}>{(id) => <select id={id} value={kind} onChange={(event) => to({ kind: event.currentTarget.value })}><option value="all">{say({ ko: "모두", en: "All" })}</option>{kindNames.map((name) => <option key={name} value={name}>{kindName(name)}</option>)}</select>}</Field>
        <Field label={say({ ko: "의도", en: "Intent" })}>{(id) => <select id={id} value={intent} onChange={(event) => to({ intent: event.currentTarget.value })}><option value="">{say({ ko: "모두", en: "All" })}</option>{bot.intents.map((one) => <option key={one.name} value={one.name}>{one.title || one.name}</option>)}</select>}</Field>
        <span class="line"><label class="line"><input type="checkbox" checked={draft === "mine"} onChange={(event) => to({ draft: event.currentTarget.checked ? "mine" : "" })} /> {say({ ko: "내 초안만", en: "My drafts" })}</label>{kind !== "all" && <Button kind="main" onClick={() => go(linkTo("writer", ["new", kind]))}>{say({ ko: "새로 쓰기", en: "New" })}</Button>}</span>
      </form>
      <Grid key={kind} asked={asked} isNew={draft === "mine" && !q && !intent} />
    </>
  );
}

export default function Writer({ place }: { place: Place }) {
  const [view = "", first = "", second = ""] = place.rest;
  const { me } = useSession();
  const [helps, setHelps] = useState(false);
  unsavedBegin(me.name);
  editsBegin(me.name);
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
    { link: linkTo("writer", ["facts"]), name: say({ ko: "기준값·사실", en: "Facts" }) },
    { link: linkTo("writer", ["drafts"]), name: say({ ko: "내 초안", en: "My drafts" }) },
    { link: linkTo("writer", ["reviews"]), name: say({ ko: "검토", en: "Reviews" }) },
    { link: linkTo("writer", ["workbook"]), name: say({ ko: "엑셀", en: "Workbook" }) },
  ];
  const current = view === "facts" || ((view === "edit" || view === "new") && factKinds.includes(first)) ? linkTo("writer", ["facts"]) : view === "drafts" || view === "reviews" || view === "workbook" ? linkTo("writer", [view]) : linkTo("writer");
  return (
    <>
      <div class="heads">
        <Tabs label={say({ ko: "답변 관리", en: "Content" })} items={tabs} current={current} />
        <Button kind="quiet" aria-keyshortcuts="?" onClick={() => setHelps(true)}>{say({ ko: "안내", en: "Guide" })} <kbd>?</kbd></Button>
      </div>
      {helps && <Guide onClose={() => setHelps(false)} />}
      {view === "facts" ? <Facts place={place} /> : view === "workbook" ? <Workbook /> : view === "drafts" ? <Drafts /> : view === "reviews" && first ? <ReviewPage number={first} /> : view === "reviews" ? <Reviews /> : view === "edit" ? <Editor key={`${first} ${second}`} kind={first} id={second} /> : view === "new" ? <Editor key={`new ${first}`} kind={first} id="" /> : <Rows key={place.query.toString()} query={place.query} />}
    </>
  );
}
