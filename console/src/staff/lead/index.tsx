// How the service does: figures of a period beside the one before it, each opening the turns behind it; turns; evaluations.
import { get } from "../api";
import { intentTitle, useSession } from "../context";
import { go, linkTo, type Place } from "../router";
import { Button, Empty, Field, Tabs, Trouble, toast, useLoaded } from "../ui";
import { number, percent, routeName, say } from "../words";
import { Chart, type Line } from "./chart";
import { dayFrom, daysBetween, routeNames, seconds, type Counts, type Figures, type Share } from "./data";
import { Evaluations } from "./evaluations";
import { Groups } from "./groups";
import { download } from "./sheet";
import { Turns } from "./turns";
import type { ComponentChildren } from "preact";
import "./lead.css";

const won = (value: number): string => say({ ko: `${number(Math.round(value))}원`, en: `₩${number(Math.round(value))}` });
const countOf = (value: number | null): string => (value === null ? "–" : number(value));

function Period({ from, to, today }: { from: string; to: string; today: string }) {
  const show = (a: string, b: string) => a && b && go(linkTo("lead", [], { from: a, to: b }), true);
  const presets = [7, 28, 90];
  return (
    <div class="period">
      <div class="line" role="group" aria-label={say({ ko: "기간", en: "Period" })}>
        {presets.map((days) => (
          <Button key={days} aria-pressed={to === today && daysBetween(from, to) === days} kind={to === today && daysBetween(from, to) === days ? "main" : "plain"} onClick={() => show(dayFrom(today, 1 - days), today)}>
            {say({ ko: `${days}일`, en: `${days} days` })}
          </Button>
        ))}
      </div>
      <Field label={say({ ko: "부터", en: "From" })}>{(id) => <input id={id} type="date" max={to} value={from} onChange={(event) => show(event.currentTarget.value, to)} />}</Field>
      <Field label={say({ ko: "까지", en: "To" })}>{(id) => <input id={id} type="date" min={from} value={to} onChange={(event) => show(from, event.currentTarget.value)} />}</Field>
      <Button onClick={() => void download("/api/figures.csv", { from, to }, `paring-figures-${from}-${to}.csv`).catch((failure) => toast(failure.message, true))}>{say({ ko: "CSV 내려받기", en: "Download CSV" })}</Button>
    </div>
  );
}

function Tile({ title, value, link, opens, children }: { title: string; value: string; link?: string; opens?: string; children?: ComponentChildren }) {
  return (
    <div class="panel tile" role="group" aria-label={title}>
      <h2>{title}</h2>
      <p class="value">{value}</p>
      {children}
      {link && <a class="open" href={link}>{opens ?? say({ ko: "턴 보기", en: "Show the turns" })}</a>}
    </div>
  );
}

// What a share of few may be, and whether it differs from the period before by more than chance.
function About({ now, before, shown, what }: { now: Share; before: Share; shown: (value: number) => string; what: string }) {
  if (now.value === null) return <p class="hint">{say({ ko: "이 기간에는 셀 것이 없습니다.", en: "Nothing to count in this period." })}</p>;
  const apart = before.value !== null && (now.low! > before.high! || now.high! < before.low!);
  return (
    <>
      <p class="hint">{say({ ko: `${what} · 95 % 구간 ${shown(now.low!)} – ${shown(now.high!)}`, en: `${what} · 95 % between ${shown(now.low!)} and ${shown(now.high!)}` })}</p>
      <p>
        {before.value === null
          ? say({ ko: "지난 기간: 턴 없음", en: "Period before: no turns" })
          : say({ ko: `지난 기간 ${shown(before.value)}`, en: `Period before ${shown(before.value)}` }) + (apart ? "" : say({ ko: " · 차이가 우연일 수 있음", en: " · the difference may be chance" }))}
      </p>
    </>
  );
}

const change = (now: number, before: number): string => {
  if (before === 0) return say({ ko: "지난 기간 0", en: "Period before 0" });
  const part = (now - before) / before;
  return say({ ko: `지난 기간 ${number(before)} (${part >= 0 ? "+" : "−"}${percent(Math.abs(part), 0)})`, en: `Period before ${number(before)} (${part >= 0 ? "+" : "−"}${percent(Math.abs(part), 0)})` });
};

function Tiles({ figures, period }: { figures: Figures; period: { from: string; to: string } }) {
  const { now, before, budget, caps, cost } = figures;
  const turns = (query: Record<string, string | undefined> = {}) => linkTo("lead", ["turns"], { ...period, ...query });
  const cap = (used: number, most: number, unit: string) => `${number(Math.round(used))}${unit}${most > 0 ? ` / ${number(most)}${unit}` : ""}`;
  return (
    <div class="tiles">
      <Tile title={say({ ko: "상담원 없이 끝난 대화", en: "Contained conversations" })} value={now.containment.value === null ? "–" : percent(now.containment.value)} link={turns({ contained: "1" })} opens={say({ ko: "상담원 없이 끝난 턴 보기", en: "Turns of contained conversations" })}>
        <About now={now.containment} before={before.containment} shown={(value) => percent(value)} what={say({ ko: `${number(now.contained)} / ${number(now.contacts)}건, 하루의 한 대화가 1건`, en: `${number(now.contained)} of ${number(now.contacts)}; a conversation counts once a day` })} />
        <a class="open" href={turns({ route: "handoff" })}>{say({ ko: "상담원에게 간 턴 보기", en: "Turns handed over" })}</a>
      </Tile>
      <Tile title={say({ ko: "턴", en: "Turns" })} value={number(now.turns)} link={turns()}>
        <p>{change(now.turns, before.turns)}</p>
      </Tile>
      <Tile title={say({ ko: "잘못된 답변 신고, 1,000턴당", en: "Wrong replies reported, per 1,000" })} value={now.wrong_per_1000.value === null ? "–" : number(now.wrong_per_1000.value, 1)} link={turns({ wrong: "1" })} opens={say({ ko: "신고된 턴 보기", en: "Turns reported" })}>
        <About now={now.wrong_per_1000} before={before.wrong_per_1000} shown={(value) => number(value, 1)} what={say({ ko: `${number(now.wrong)}건`, en: `${number(now.wrong)} turns` })} />
      </Tile>
      <Tile title={say({ ko: "허용 오답률", en: "Wrong-answer budget" })} value={budget.chosen === undefined ? "–" : say({ ko: `${percent(budget.chosen)} 이하`, en: `at most ${percent(budget.chosen)}` })} link={linkTo("lead", ["evaluations"])} opens={say({ ko: "평가 보기", en: "Evaluations" })}>
        <p>
          {budget.measured === null
            ? say({ ko: "평가 예문이 없어 재지 못했습니다.", en: "Not measured: there are no evaluation cases." })
            : say({ ko: `배포본 ${budget.release} 측정값 ${percent(budget.measured, 2)} (${number(budget.scripted_wrong ?? 0)} / ${number(budget.scripted ?? 0)}), 95 % 상한 ${percent(budget.measured_upper ?? 0, 2)}`, en: `Release ${budget.release}: ${percent(budget.measured, 2)} measured (${number(budget.scripted_wrong ?? 0)} of ${number(budget.scripted ?? 0)}), at most ${percent(budget.measured_upper ?? 0, 2)} with 95 %` })}
        </p>
        <p class="hint">
          {budget.certified ? say({ ko: "보증됨.", en: "Certified." }) : say({ ko: "이 자료로는 보증하지 못합니다.", en: "These data cannot certify it." })}{" "}
          {now.scripted_wrong_share.value === null ? "" : say({ ko: `신고로 드러난 것은 승인 답변의 ${percent(now.scripted_wrong_share.value, 2)}: 실제는 이보다 많을 수 있습니다.`, en: `Reports show ${percent(now.scripted_wrong_share.value, 2)} of scripted replies: there may be more.` })}
        </p>
      </Tile>
      <Tile title={say({ ko: "AI가 고른 답변", en: "Replies found by a model" })} value={now.model_share.value === null ? "–" : percent(now.model_share.value)} link={turns({ route: "generated" })}>
        <p>{now.model_calls > 0 && <><a href={linkTo("compliance", ["egress"], period)}>{say({ ko: "보낸 글 보기", en: "What was sent" })}</a> · </>}{say({ ko: `호출 ${number(now.model_calls)}번 · 토큰 ${number(now.model_tokens)} · ${won(now.model_won)}`, en: `${number(now.model_calls)} calls · ${number(now.model_tokens)} tokens · ${won(now.model_won)}` })}</p>
        <p class="hint">
          {caps.has_models
            ? say({ ko: `오늘 / 하루 한도: ${cap(caps.calls_today, caps.calls, "번")}, 토큰 ${cap(caps.tokens_today, caps.tokens, "")}, ${cap(caps.won_today, caps.won, "원")}${caps.calls + caps.tokens + caps.won === 0 ? " · 정한 한도 없음" : ""}`, en: `Today / daily cap: ${cap(caps.calls_today, caps.calls, " calls")}, ${cap(caps.tokens_today, caps.tokens, " tokens")}, ₩${cap(caps.won_today, caps.won, "")}${caps.calls + caps.tokens + caps.won === 0 ? " · no caps are set" : ""}` })
            : say({ ko: "AI 모델을 쓰지 않습니다.", en: "No model is set up." })}
        </p>
      </Tile>
      <Tile title={say({ ko: "아낀 비용", en: "Cost avoided" })} value={cost.avoided_won === null ? "–" : won(cost.avoided_won)} link={turns()}>
        {cost.avoided_won === null ? (
          <p>{say({ ko: "상담 1건의 비용을 모릅니다. bot.conf의 contact_won에 적으면 계산합니다.", en: "What a contact costs is not known. contact_won in bot.conf says it." })}</p>
        ) : (
          <p>{say({ ko: `상담원 없이 끝난 ${number(cost.contained)}건 × 1건 ${won(cost.contact_won)} − AI ${won(cost.model_won)}`, en: `${number(cost.contained)} contained × ${won(cost.contact_won)} each − models ${won(cost.model_won)}` })}</p>
        )}
        <p class="hint">{say({ ko: "끝난 대화가 모두 상담 전화를 대신했다고 친 값입니다.", en: "As if each of them had saved a call." })}</p>
      </Tile>
      <Tile title={say({ ko: "답변에 걸린 시간", en: "Time to reply" })} value={seconds(now.p50_us)} link={turns()}>
        <p>{say({ ko: `절반이 이 안에. 90 %는 ${seconds(now.p90_us)}, 99 %는 ${seconds(now.p99_us)}`, en: `Half within this; 90 % ${seconds(now.p90_us)}, 99 % ${seconds(now.p99_us)}` })}</p>
        <p>{say({ ko: `지난 기간 ${seconds(before.p50_us)} · ${seconds(before.p90_us)} · ${seconds(before.p99_us)}`, en: `Period before ${seconds(before.p50_us)} · ${seconds(before.p90_us)} · ${seconds(before.p99_us)}` })}</p>
      </Tile>
    </div>
  );
}

function Charts({ figures, period }: { figures: Figures; period: { from: string; to: string } }) {
  const days = figures.days.map((one) => one.day);
  const per1000 = (one: Counts) => (one.turns ? (1000 * one.wrong) / one.turns : null);
  const tenth = (value: number | null) => (value === null ? "–" : number(value, 1));
  // The turns behind a day's number, of this period or of the one before.
  const behind = (of: { day: string }[], query: Record<string, string> = {}) => (at: number) => linkTo("lead", ["turns"], { from: of[at]?.day, to: of[at]?.day, ...query });
  const now = behind(figures.days), then = behind(figures.days_before);
  const periodBefore = { from: figures.before.from, to: figures.before.to };
  const routes: Line[] = routeNames.map((name) => ({
    name: routeName(name), values: figures.days.map((one) => one.routes[name]), shown: countOf, total: number(figures.now.routes[name]), link: linkTo("lead", ["turns"], { ...period, route: name }), opens: behind(figures.days, { route: name }),
  }));
  const before = say({ ko: "지난 기간", en: "Period before" });
  return (
    <div class="charts">
      <Chart title={say({ ko: "경로별 턴, 날마다", en: "Turns by route, each day" })} days={days} lines={routes} opens={now} />
      <Chart title={say({ ko: "잘못된 답변 신고, 1,000턴당", en: "Wrong replies reported, per 1,000" })} days={days} opens={now} lines={[
        { name: say({ ko: "이 기간", en: "This period" }), values: figures.days.map(per1000), shown: tenth, link: linkTo("lead", ["turns"], { ...period, wrong: "1" }), opens: behind(figures.days, { wrong: "1" }) },
        { name: before, values: figures.days_before.map(per1000), shown: tenth, link: linkTo("lead", ["turns"], { ...periodBefore, wrong: "1" }), opens: behind(figures.days_before, { wrong: "1" }) },
      ]} />
      <Chart title={say({ ko: "답변에 걸린 시간", en: "Time to reply" })} days={days} opens={now} lines={[
        { name: "50 %", values: figures.days.map((one) => one.p50_us), shown: seconds, opens: now },
        { name: "90 %", values: figures.days.map((one) => one.p90_us), shown: seconds, opens: now },
        { name: "99 %", values: figures.days.map((one) => one.p99_us), shown: seconds, opens: now },
      ]} />
      <Chart title={say({ ko: "대화, 날마다", en: "Conversations, each day" })} days={days} opens={now} lines={[
        { name: say({ ko: "모두", en: "All" }), values: figures.days.map((one) => one.contacts), shown: countOf, total: number(figures.now.contacts), link: linkTo("lead", ["turns"], period), opens: now },
        { name: say({ ko: "상담원 없이 끝남", en: "Contained" }), values: figures.days.map((one) => one.contained), shown: countOf, total: number(figures.now.contained), link: linkTo("lead", ["turns"], { ...period, contained: "1" }), opens: behind(figures.days, { contained: "1" }) },
        { name: say({ ko: `모두, ${before}`, en: `All, ${before.toLowerCase()}` }), values: figures.days_before.map((one) => one.contacts), shown: countOf, total: number(figures.before.contacts), link: linkTo("lead", ["turns"], periodBefore), opens: then },
      ]} />
    </div>
  );
}

function Unanswered({ figures, period }: { figures: Figures; period: { from: string; to: string } }) {
  const { bot } = useSession();
  const rows = figures.intents.filter((row) => row.handed + row.clarified > 0);
  const link = (row: { intent: string }, route: string) => linkTo("lead", ["turns"], { ...period, intent: row.intent || "-", route });
  if (rows.length === 0) return null;
  return (
    <section class="panel">
      <h2>{say({ ko: "바로 답하지 못한 의도", en: "Intents not answered at once" })}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "바로 답하지 못한 의도", en: "Intents not answered at once" })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say({ ko: "의도", en: "Intent" })}</th>
              <th scope="col" class="number">{say({ ko: "턴", en: "Turns" })}</th>
              <th scope="col" class="number">{say({ ko: "상담원에게", en: "Handed over" })}</th>
              <th scope="col" class="number">{say({ ko: "되물음", en: "Asked back" })}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.intent}>
                <td>{row.intent ? intentTitle(bot, row.intent) : say({ ko: "의도를 알 수 없음", en: "No intent found" })}</td>
                <td class="number"><a href={linkTo("lead", ["turns"], { ...period, intent: row.intent || "-" })}>{number(row.turns)}</a></td>
                <td class="number"><a href={link(row, "handoff")}>{number(row.handed)}</a></td>
                <td class="number"><a href={link(row, "clarify")}>{number(row.clarified)}</a></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Overview({ place }: { place: Place }) {
  const asked = { from: place.query.get("from") ?? undefined, to: place.query.get("to") ?? undefined };
  const { value, error } = useLoaded<Figures>((signal) => get("/api/figures", asked, { signal }), [asked.from, asked.to]);
  if (!value) return <Trouble of={error} />;
  const today = new Date(Date.now() + value.timezone_minutes * 60000).toISOString().slice(0, 10);
  const period = { from: value.now.from, to: value.now.to };
  return (
    <div class="stack">
      <Period from={period.from} to={period.to} today={today} />
      <Trouble of={error} />
      <p class="hint">{say({ ko: `${period.from}부터 ${period.to}까지 ${daysBetween(period.from, period.to)}일. 비교: ${value.before.from}부터 ${value.before.to}까지.`, en: `${period.from} to ${period.to}, ${daysBetween(period.from, period.to)} days, beside ${value.before.from} to ${value.before.to}.` })}</p>
      {value.now.turns === 0 && <Empty title={say({ ko: "이 기간에는 턴이 없습니다.", en: "There are no turns in this period." })}><p>{say({ ko: "다른 기간을 골라 보세요.", en: "Choose another period." })}</p></Empty>}
      <Tiles figures={value} period={period} />
      {value.now.turns > 0 && <Charts figures={value} period={period} />}
      <Groups />
      <Unanswered figures={value} period={period} />
    </div>
  );
}

export default function Lead({ place }: { place: Place }) {
  const view = place.rest[0] ?? "";
  const items = [
    { link: linkTo("lead"), name: say({ ko: "현황", en: "Figures" }) },
    { link: linkTo("lead", ["turns"]), name: say({ ko: "턴", en: "Turns" }) },
    { link: linkTo("lead", ["evaluations"]), name: say({ ko: "평가", en: "Evaluations" }) },
  ];
  return (
    <>
      <Tabs label={say({ ko: "현황의 화면", en: "Views" })} items={items} current={linkTo("lead", view ? [view] : [])} />
      {view === "turns" ? <Turns place={place} /> : view === "evaluations" ? <Evaluations /> : <Overview place={place} />}
    </>
  );
}
