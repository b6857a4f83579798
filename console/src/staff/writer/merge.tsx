// Two people's changes to one row, brought together field by field. Where only one of them changed a field, that is taken; where both did,
// the writer chooses, with both to be seen. Nothing is taken silently from either.
import { useState } from "preact/hooks";
import { Badge, Button } from "../ui";
import { say } from "../words";
import { columnName, columnsOf, type Fields } from "./data";
import { Words } from "./difference";

export function Merge({ kind, by, was, theirs, mine, onMerge }: { kind: string; by: string; was: Fields | null; theirs: Fields; mine: Fields; onMerge: (merged: Fields) => void }) {
  const [takes, setTakes] = useState<Record<string, "theirs" | "mine">>({});
  const of = (fields: Fields | null, column: string) => fields?.[column] ?? "";
  const differs = columnsOf(kind).slice(1).filter((column) => of(theirs, column) !== of(mine, column));
  const both = differs.filter((column) => !was || (of(was, column) !== of(theirs, column) && of(was, column) !== of(mine, column)));
  const takesTheirs = (column: string) => (both.includes(column) ? takes[column] === "theirs" : of(was, column) === of(mine, column));
  const isOpen = both.some((column) => !takes[column]);
  const merge = () => onMerge({ ...mine, ...Object.fromEntries(differs.filter(takesTheirs).map((column) => [column, of(theirs, column)])) });
  return (
    <div class="stack">
      <p><Badge tone="warn">{say({ ko: `${by} 님이 그사이 고쳤습니다`, en: `Changed meanwhile by ${by}` })}</Badge></p>
      {!differs.length && <p class="hint">{say({ ko: "두 사람이 같은 말을 썼습니다.", en: "Both say the same." })}</p>}
      <dl class="changes">
        {differs.map((column) => (
          <div key={column}>
            <dt>{columnName(column)}</dt>
            {both.includes(column) ? (
              <dd>
                <fieldset class="choices">
                  <legend>{say({ ko: "둘 다 고친 칸입니다. 하나를 고르세요.", en: "Both changed this one. Choose." })}</legend>
                  {(["theirs", "mine"] as const).map((side) => (
                    <label key={side} class="line">
                      <input type="radio" name={`merge-${column}`} checked={takes[column] === side} onChange={() => setTakes({ ...takes, [column]: side })} />
                      <span><strong>{side === "mine" ? say({ ko: "내 것", en: "Mine" }) : by}</strong> <Words was={of(was, column)} now={of(side === "mine" ? mine : theirs, column)} /></span>
                    </label>
                  ))}
                </fieldset>
              </dd>
            ) : (
              <dd><strong>{takesTheirs(column) ? by : say({ ko: "내 것", en: "Mine" })}</strong> <Words was={of(was, column)} now={of(takesTheirs(column) ? theirs : mine, column)} /></dd>
            )}
          </div>
        ))}
      </dl>
      <div class="actions"><Button kind="main" disabled={isOpen} onClick={merge}>{say({ ko: "합치기", en: "Merge" })}</Button></div>
      {isOpen && <p class="hint">{say({ ko: "고르지 않은 칸이 있습니다. 고르기 전에는 아무것도 바뀌지 않습니다.", en: "Some fields are still to be chosen. Nothing changes until then." })}</p>}
    </div>
  );
}
