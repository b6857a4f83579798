// What no script answered, as the last gathering grouped it. Gathering reads the whole journal and is a job; the page shows what it kept.
import { intentTitle, useSession } from "../context";
import { JobBar, useKept } from "../release/jobs";
import { growth, type Unanswered } from "../release/unanswered";
import { linkTo } from "../router";
import { Badge, Button, Trouble } from "../ui";
import { moment, number, percent, say } from "../words";

const SHOWN = 10;

export function Groups() {
  const { bot } = useSession();
  const { value, error, trouble, run: gather, running } = useKept<Unanswered>("/api/unanswered", { limit: SHOWN }, "/api/unanswered/run");
  if (!value) return <Trouble of={error} />;
  const kept = value.job && value.sums;
  return (
    <section class="panel stack" aria-labelledby="unanswered-groups">
      <div class="spread">
        <div>
          <h2 id="unanswered-groups">{say({ ko: "가장 많이 답하지 못한 말", en: "Most often unanswered" })}</h2>
          <p class="hint">
            {!value.job ? say({ ko: "아직 모으지 않았습니다. 모으면 비슷한 말끼리 묶어 많은 것부터 보입니다.", en: "Not gathered yet. Gathering groups like messages, most frequent first." })
            : !value.sums ? say({ ko: `${moment(value.job.ended_at)}에 모은 것은 7일이 지나 지웠습니다. 다시 모아 주세요.`, en: `What was gathered ${moment(value.job.ended_at)} is over seven days old and cleared. Please gather again.` })
            : say({ ko: `${moment(value.job.ended_at)}에 모음 · 모든 기간의 ${number(value.sums.turns)}턴, 묶음 ${number(value.total)}개`, en: `Gathered ${moment(value.job.ended_at)} · ${number(value.sums.turns)} turns of all time in ${number(value.total)} groups` })}
          </p>
        </div>
        {!running && <Button kind={kept ? "plain" : "main"} onClick={() => void gather()}>{kept ? say({ ko: "다시 모으기", en: "Gather again" }) : say({ ko: "모으기", en: "Gather" })}</Button>}
      </div>
      <Trouble of={error || trouble} />
      {running && <JobBar job={running} />}
      {value.rows.length > 0 && (
        <ol class="groups">
          {value.rows.map((group) => (
            <li key={group.id}>
              <p class="said">“{group.typical}”</p>
              <p class="line">
                <a href={linkTo("lead", ["turns"], { group: group.id })}>{say({ ko: `${number(group.turns)}턴 보기`, en: `Show ${number(group.turns)} turns` })}</a>
                <small>{say({ ko: `서로 다른 말 ${number(group.messages.length)}개`, en: `${number(group.messages.length)} different messages` })}</small>
                <small>{growth(group)}</small>
                {group.wrong > 0 && <Badge tone="bad">{say({ ko: `오답 신고 ${number(group.wrong)}`, en: `${number(group.wrong)} marked wrong` })}</Badge>}
              </p>
              {group.nearest.length > 0 && (
                <p class="line">
                  <small>{say({ ko: "가까운 의도", en: "Nearest" })}</small>
                  {group.nearest.map((near) => <small key={near.intent}>{intentTitle(bot, near.intent)} {percent(near.share, 0)}</small>)}
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
      {kept && (
        <p>
          {value.total === 0 && say({ ko: "남은 묶음이 없습니다. ", en: "No groups are left. " })}
          <a class="open" href={linkTo("release", ["unanswered"])}>{say({ ko: "할 일 목록에서 처리하기", en: "Work through them" })}</a>
        </p>
      )}
    </section>
  );
}
