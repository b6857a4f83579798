// What a release must show before it goes live: each bar, what it shows, what is asked, and the rows behind one that fails.
import { useSession, intentTitle } from "../context";
import { Badge } from "../ui";
import { number, percent, say, type Words } from "../words";

export type GateRow = { id?: string; text: string | null; expected?: string | null; got?: string | null; sent?: boolean; accepted?: string };
export type Bar = { bar: string; verdict: "pass" | "unjudged" | "fail"; figure?: number | null; least?: number; most?: number; certified?: boolean; asked?: string; rows?: GateRow[] };
export type GateTable = { passes: boolean; against: number | null; bars: Bar[] };

const barWords: Record<string, Words> = {
  scripts: { ko: "답변의 오류", en: "Faults of its answers" },
  budget: { ko: "오답 한도 보증", en: "Wrong answers within budget" },
  accuracy: { ko: "평가 예문 정답률", en: "Cases right" },
  contrasts: { ko: "새로 헷갈리는 대조 쌍", en: "Contrast pairs lost" },
  cases: { ko: "새로 틀리는 평가 예문", en: "Cases lost" },
  consistency: { ko: "같은 뜻에 같은 답", en: "Same meaning, same answer" },
  faults: { ko: "점검 오류", en: "Faults that stop a release" },
  warnings: { ko: "점검 경고", en: "Other faults" },
};
const verdicts: Record<Bar["verdict"], [Words, "good" | "plain" | "bad"]> = {
  pass: [{ ko: "통과", en: "Pass" }, "good"],
  unjudged: [{ ko: "판단할 것 없음", en: "Not judged" }, "plain"],
  fail: [{ ko: "못 미침", en: "Fails" }, "bad"],
};
const SHOWN = 10;

function figure(bar: Bar): string {
  if (bar.bar === "budget") return bar.certified ? say({ ko: "보증됨", en: "certified" }) : say({ ko: "보증 안 됨", en: "not certified" });
  if (bar.figure === null || bar.figure === undefined) return "–";
  return bar.least !== undefined ? percent(bar.figure) : number(bar.figure);
}
function asked(bar: Bar): string {
  if (bar.bar === "budget") return bar.asked === "certified" ? say({ ko: "보증되어야 함", en: "certified" }) : say({ ko: "지금만큼", en: "as now" });
  if (bar.least !== undefined) return say({ ko: `${percent(bar.least)} 이상`, en: `at least ${percent(bar.least)}` });
  if ((bar.most ?? 0) >= 1000000) return say({ ko: "제한 없음", en: "any" });
  return say({ ko: `${number(bar.most ?? 0)} 이하`, en: `at most ${number(bar.most ?? 0)}` });
}

function Rows({ rows }: { rows: GateRow[] }) {
  const { bot } = useSession();
  return (
    <ul>
      {rows.slice(0, SHOWN).map((row, at) => (
        <li key={row.id ?? at}>
          {row.text}
          {row.expected && (
            <small>
              {" "}
              {say({ ko: "기대", en: "expected" })}: {intentTitle(bot, row.expected)} → {say({ ko: "결과", en: "got" })}: {row.got ? intentTitle(bot, row.got) : say({ ko: "없음", en: "none" })}
              {row.sent ? ` · ${say({ ko: "고객에게 나감", en: "would be sent" })}` : ""}
            </small>
          )}
        </li>
      ))}
      {rows.length > SHOWN && <li>{say({ ko: `외 ${number(rows.length - SHOWN)}개`, en: `and ${number(rows.length - SHOWN)} more` })}</li>}
    </ul>
  );
}

export function Gate({ gate }: { gate: GateTable }) {
  const against = gate.against;
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={say({ ko: "게시 기준표", en: "The gate's table" })}>
      <table class="gate">
        <thead>
          <tr>
            <th scope="col">{say({ ko: "기준", en: "Bar" })}</th>
            <th scope="col" class="number">{say({ ko: "결과", en: "Shows" })}</th>
            <th scope="col" class="number">{say({ ko: "요구", en: "Asked" })}</th>
            <th scope="col">{against ? say({ ko: `판정 (배포본 ${against}에 견주어)`, en: `Verdict (against ${against})` }) : say({ ko: "판정", en: "Verdict" })}</th>
          </tr>
        </thead>
        <tbody>
          {gate.bars.map((bar) => (
            <tr key={bar.bar}>
              <td>{barWords[bar.bar] ? say(barWords[bar.bar]!) : bar.bar}</td>
              <td class="number">{figure(bar)}</td>
              <td class="number">{asked(bar)}</td>
              <td>
                <Badge tone={verdicts[bar.verdict][1]}>{say(verdicts[bar.verdict][0])}</Badge>
                {bar.verdict === "fail" && bar.rows && bar.rows.length > 0 && <Rows rows={bar.rows} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
