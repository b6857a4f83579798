// The reply of a past moment: by the release that was live then, as of its day.
import { useState } from "preact/hooks";
import { post } from "../api";
import { intentTitle, useSession } from "../context";
import { reasonText } from "../reasons";
import type { Place } from "../router";
import { Badge, Button, Field, Trouble, onEnter } from "../ui";
import { moment, percent, routeName, say } from "../words";

type Told = {
  state: "answered" | "none" | "pruned" | "replaced"; at: string; day: string; release?: { number: number; hash: string; author: string; since: string };
  route?: string; reply?: string; choices?: string[]; intent?: string; answer?: string; confidence?: number; reason?: string; citations?: { title: string; quote: string }[];
};

const local = (date: Date): string => new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

export function AsOf(_: { place: Place }) {
  const { bot } = useSession();
  const [text, setText] = useState("");
  const [at, setAt] = useState(() => local(new Date(Date.now() + 60000)));
  const [channel, setChannel] = useState("");
  const [told, setTold] = useState<{ asked: string; reply: Told } | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    if (!text.trim() || !at || busy) return;
    setBusy(true);
    setError("");
    try {
      setTold({ asked: text, reply: await post<Told>("/api/as-of", { text, at: new Date(at).toISOString(), ...(channel.trim() ? { channel: channel.trim() } : {}) }) });
    } catch (failure) {
      setError((failure as Error).message);
    }
    setBusy(false);
  };
  const enter = onEnter(() => void ask());
  return (
    <div class="two">
      <form class="panel stack" aria-label={say({ ko: "그때의 답변 묻기", en: "Ask a past day" })} onSubmit={(event) => { event.preventDefault(); void ask(); }}>
        <p>{say({ ko: "그 시각에 쓰던 배포본이 그 날짜로 무엇이라고 답했을지 다시 계산합니다. 새 대화의 첫 말로 치고, AI 모델에는 묻지 않습니다. 기록에는 남지 않습니다.", en: "Works out again what the release of that moment would have replied as of that day: as the first message of a conversation, without a model. It is no turn in the journal." })}</p>
        <Field label={say({ ko: "고객의 말", en: "What the customer says" })}>{(id) => <input id={id} value={text} onInput={(event) => setText(event.currentTarget.value)} {...enter} />}</Field>
        <Field label={say({ ko: "시각", en: "Moment" })}>{(id) => <input id={id} type="datetime-local" value={at} onInput={(event) => setAt(event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "채널 (없으면 비워 두세요)", en: "Channel (may be empty)" })}>{(id) => <input id={id} value={channel} onInput={(event) => setChannel(event.currentTarget.value)} placeholder="kakao" />}</Field>
        <Trouble of={error} />
        <p class="actions"><Button type="submit" kind="main" busy={busy} disabled={!text.trim() || !at}>{say({ ko: "그때의 답변 보기", en: "Show the reply" })}</Button></p>
      </form>
      <section class="panel stack" aria-live="polite" aria-label={say({ ko: "그때의 답변", en: "The reply" })}>
        {told ? <Shown asked={told.asked} told={told.reply} title={(name) => intentTitle(bot, name)} /> : <p class="hint">{say({ ko: "답변과 그 이유가 여기에 나옵니다.", en: "The reply and its reason come here." })}</p>}
      </section>
    </div>
  );
}

function Shown({ asked, told, title }: { asked: string; told: Told; title: (name: string) => string }) {
  const { bot } = useSession();
  const release = told.release;
  return (
    <>
      <h2>{say({ ko: `${moment(told.at)}의 “${asked}”`, en: `“${asked}” at ${moment(told.at)}` })}</h2>
      {told.state === "none" && <p><b>{say({ ko: "그때는 게시된 배포본이 없었습니다. 봇은 답하지 않았습니다.", en: "No release was live then: the bot did not answer." })}</b></p>}
      {told.state === "pruned" && <p class="trouble" role="alert">{say({ ko: `그때의 배포본 ${release!.number}은 정리되어 남아 있지 않습니다. 답변을 다시 만들 수 없습니다. 그때 실제로 나간 답변은 ‘고객의 대화’에서 볼 수 있습니다.`, en: `Release ${release!.number} of that day was pruned, so its reply cannot be made again. What was really said is under “A customer's conversation”.` })}</p>}
      {told.state === "replaced" && <p class="trouble" role="alert">{say({ ko: `배포본 ${release!.number}의 파일이 그때의 것이 아닙니다(해시가 다름). 그래서 답변을 다시 만들지 않았습니다.`, en: `The files of release ${release!.number} are not those of that day (another hash), so no reply was made.` })}</p>}
      {told.state === "answered" && (
        <>
          <p class="quote">{told.reply}</p>
          {told.choices && told.choices.length > 0 && <ol>{told.choices.map((choice) => <li key={choice}>{choice}</li>)}</ol>}
          {told.citations?.map((one) => <p key={one.quote} class="hint">{one.title}: “{one.quote}”</p>)}
          <p class="line">
            <Badge tone={told.route === "handoff" ? "warn" : "plain"}>{routeName(told.route!)}</Badge>
            {told.intent && <span>{title(told.intent)}</span>}
            {told.answer && <a href={`#/compliance/approvals?answer=${encodeURIComponent(told.answer.replace(/ v\d+$/, ""))}`}>{told.answer}</a>}
            {told.confidence !== undefined && <span>{say({ ko: `확신 ${percent(told.confidence, 0)}`, en: `${percent(told.confidence, 0)} sure` })}</span>}
          </p>
          <p>{reasonText(told.reason ?? "", bot)}</p>
        </>
      )}
      {release && (
        <dl class="pairs">
          <dt>{say({ ko: "배포본", en: "Release" })}</dt>
          <dd>{release.number} <code>{release.hash.slice(0, 12)}</code></dd>
          <dt>{say({ ko: "게시", en: "Went live" })}</dt>
          <dd>{moment(release.since)}, {release.author}</dd>
          <dt>{say({ ko: "기준 날짜", en: "As of" })}</dt>
          <dd>{told.day}</dd>
        </dl>
      )}
    </>
  );
}
