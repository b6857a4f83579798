// One turn with its whole why: what was said, from which release, how sure, and whether the same release says the same again.
import { useState } from "preact/hooks";
import { get } from "../api";
import { Transcript } from "../agent/desk";
import { intentName, type Line } from "../agent/data";
import { WrongDialog } from "../agent/wrong";
import { useSession } from "../context";
import { reasonText } from "../reasons";
import type { Place } from "../router";
import { Badge, Button, Empty, Trouble, useLoaded } from "../ui";
import { moment, number, percent, routeName, say } from "../words";
import "../agent/agent.css";

type Gram = { text: string; weight: number };
const Grams = ({ of }: { of: Gram[] }) => <span class="line">{of.length ? of.map((one) => <code key={one.text}>{one.text} {number(one.weight, 2)}</code>) : "–"}</span>;

function Talk({ name }: { name: string }) {
  const talk = useLoaded<{ transcript: Line[] }>(() => get(`/api/conversations/${encodeURIComponent(name)}`), [name]);
  return <><Trouble of={talk.error} />{talk.value && <Transcript lines={talk.value.transcript} />}</>;
}

export default function Turn({ place }: { place: Place }) {
  const { me, bot } = useSession();
  const id = place.rest[0] ?? "";
  const turn = useLoaded<any>(() => get(`/api/turns/${encodeURIComponent(id)}`), [id]);
  const [wrong, setWrong] = useState(false);
  const [talks, setTalks] = useState(false);
  const t = turn.value, heard = t?.classification;
  if (!t) return turn.error ? <Empty title={say({ ko: "이 턴을 찾지 못했습니다.", en: "This turn was not found." })}><p>{turn.error}</p></Empty> : null;
  const mayReport = me.role === "agent" || me.role === "lead";
  return (
    <div class="stack why">
      <div class="spread"><h2>{say({ ko: "왜 이렇게 답했나", en: "Why it said this" })}</h2>{mayReport && <Button onClick={() => setWrong(true)}>{say({ ko: "틀린 답변 알리기", en: "Report as wrong" })}</Button>}</div>
      <section class="panel"><dl>
        <dt>{say({ ko: "고객", en: "Customer" })}</dt><dd class="said">{t.message}{t.was_masked && <> <Badge>{say({ ko: "개인정보 가림", en: "masked" })}</Badge></>}</dd>
        <dt>{say({ ko: "답", en: "Reply" })}</dt><dd class="said">{t.reply || say({ ko: "(말하지 않음)", en: "(silent)" })}</dd>
        <dt>{say({ ko: "경로", en: "Route" })}</dt><dd>{routeName(t.route)}{t.intent ? ` · ${intentName(bot, t.intent)}` : ""}</dd>
        <dt>{say({ ko: "까닭", en: "Reason" })}</dt><dd>{reasonText(t.reason, bot)}{reasonText(t.reason, bot) !== t.reason && <><br /><small><code>{t.reason}</code></small></>}</dd>
        {t.answer && <><dt>{say({ ko: "답변", en: "Answer" })}</dt><dd>{t.answer}{t.why_answer ? ` · ${reasonText(t.why_answer, bot)}` : ""}</dd></>}
        <dt>{say({ ko: "배포본", en: "Release" })}</dt><dd>{t.release_number} <code>{String(t.release).slice(0, 12)}</code></dd>
        <dt>{say({ ko: "때", en: "At" })}</dt><dd>{moment(t.at)} · {say({ ko: "기준일", en: "as of" })} {t.as_of}</dd>
        <dt>{say({ ko: "다시 계산", en: "Again" })}</dt><dd>{t.release_is_gone ? <Badge tone="warn">{say({ ko: "배포본이 지워져 기록만 보입니다", en: "the release is gone: only the record" })}</Badge>
          : t.is_identical ? <Badge tone="good">{say({ ko: "한 글자도 다르지 않음", en: "byte-identical" })}</Badge> : <Badge tone="bad">{say({ ko: "다름", en: "different" })}</Badge>}{t.is_identical === false && (t.reply_again === t.reply ? <p>{say({ ko: "글은 같지만 목록이나 출처, 대화가 이어질 상태가 다릅니다.", en: "The words are the same; the list, the sources or the state to go on from are not." })}</p> : <p class="said">{t.reply_again}</p>)}</dd>
        {t.marked_wrong && <><dt>{say({ ko: "틀렸다는 표시", en: "Marked wrong" })}</dt><dd>{t.marked_wrong.author} · {moment(t.marked_wrong.at)}{t.marked_wrong.intent ? ` · ${intentName(bot, t.marked_wrong.intent)}` : ""} {t.marked_wrong.note}</dd></>}
        {t.facts && <><dt>{say({ ko: "찾은 기준값", en: "Facts" })}</dt><dd>{t.facts}</dd></>}
        {t.evidence && <><dt>{say({ ko: "AI가 고른 근거", en: "Evidence" })}</dt><dd class="said">{t.evidence}</dd></>}
      </dl></section>
      {heard && <section class="panel stack"><h2>{say({ ko: "의도 판단", en: "Classification" })}</h2>
        <p>{say({ ko: "확신", en: "Confidence" })} {percent(heard.confidence)} · {say({ ko: "답하는 기준", en: "scripted from" })} {percent(heard.threshold)}{heard.is_certain ? ` · ${say({ ko: "예문과 같음", en: "equals an example" })}` : ""}</p>
        <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "후보", en: "Candidates" })}><table><thead><tr><th>{say({ ko: "의도", en: "Intent" })}</th><th class="number">{say({ ko: "점수", en: "Score" })}</th><th class="number">{say({ ko: "몫", en: "Share" })}</th></tr></thead>
          <tbody>{heard.candidates.map((one: any) => <tr key={one.intent}><td>{intentName(bot, one.intent)}</td><td class="number">{number(one.score, 3)}</td><td class="number">{percent(one.share)}</td></tr>)}</tbody></table></div>
        {heard.ngrams_of && <dl><dt>{say({ ko: "이 의도라는 근거", en: "Speaks for it" })}</dt><dd><Grams of={heard.ngrams_for} /></dd><dt>{say({ ko: "아니라는 근거", en: "Against it" })}</dt><dd><Grams of={heard.ngrams_against} /></dd></dl>}
      </section>}
      {t.passages && <section class="panel stack"><h2>{say({ ko: "찾은 구절", en: "Passages" })}</h2><p>{say({ ko: "답이 있을 가능성", en: "Answerable" })} {percent(t.passages.answerable)} · {say({ ko: "인용 기준", en: "quoted from" })} {t.passages.quoted_from > 1 ? say({ ko: "인용 안 함", en: "never" }) : percent(t.passages.quoted_from)}</p>
        <ul>{t.passages.found.map((one: any, i: number) => <li key={i}>{one.document}{one.heading ? `, ${one.heading}` : ""} <small>{number(one.score, 2)}</small></li>)}</ul></section>}
      {me.role !== "administrator" && <section class="panel stack"><h2>{say({ ko: "대화", en: "Conversation" })} <small>{t.conversation}</small></h2>{talks ? <Talk name={t.conversation} /> : <p><Button onClick={() => setTalks(true)}>{say({ ko: "대화 전체 보기", en: "Show the conversation" })}</Button></p>}</section>}
      {wrong && <WrongDialog of={{ turn: id }} about={t.reply || t.message} onClose={() => { setWrong(false); turn.again(); }} />}
    </div>
  );
}
