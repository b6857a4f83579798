// Two texts, word by word: what went is struck through, what came is underlined, so that colour alone says nothing.
import { diffArrays } from "diff";
import { say } from "../words";
import { columnName, columnsOf, type Fields } from "./data";

// Korean words end where spaces are: the library's own words would fall apart into syllables.
const wordsOf = (text: string): string[] => text.match(/\s+|\S+/g) ?? [];

export function Words({ was, now }: { was: string; now: string }) {
  return (
    <span class="difference">
      {diffArrays(wordsOf(was), wordsOf(now)).map((piece, i) => (piece.removed ? <del key={i}>{piece.value.join("")}</del> : piece.added ? <ins key={i}>{piece.value.join("")}</ins> : <span key={i}>{piece.value.join("")}</span>))}
    </span>
  );
}

export function Difference({ kind, was, now }: { kind: string; was: Fields | null; now: Fields | null }) {
  if (!now) return <p><strong>{say({ ko: "이 행을 없앱니다.", en: "This row goes." })}</strong></p>;
  const changed = columnsOf(kind).filter((column) => (was?.[column] ?? "") !== (now[column] ?? ""));
  if (!changed.length) return <p class="hint">{say({ ko: "달라진 것이 없습니다.", en: "Nothing differs." })}</p>;
  return (
    <dl class="changes">
      {changed.map((column) => (
        <div key={column}>
          <dt>{columnName(column)}</dt>
          <dd><Words was={was?.[column] ?? ""} now={now[column] ?? ""} /></dd>
        </div>
      ))}
    </dl>
  );
}
