// What is running, asked again every few seconds while somebody looks.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api";
import { Badge, Button, Confirm, Empty, Trouble, toast, useLoaded } from "../ui";
import { moment, number, say } from "../words";
import { eventName } from "../lead/evaluations";

type Told = {
  at: string; uptime_seconds: number; release: number; hash: string; conversations: number; stopping: boolean;
  releases: { number: number; hash: string; active: boolean; whole: boolean; bytes: number; made: string }[];
  notes: { release: number; event: string; author: string; reason: string; at: string }[];
  models: { configured: boolean; off?: boolean; calls_today?: number; tokens_today?: number; won_today?: number; calls_cap?: number; tokens_cap?: number; won_cap?: number; providers: { name: string; model: string; resting: boolean }[] };
  channels: { route: string; requests: number; client_errors: number; server_errors: number; gone: number; last_seen: string | null }[];
  journal: { queued: number; capacity: number; rows: number; failed: number; failing: boolean };
  disk: { free_bytes?: number; bytes?: number };
  backup: { running: boolean; began: string | null; ended: string | null; trouble: string | null; rows: { name: string; bytes: number; made: string }[] };
};

const size = (bytes: number): string => (bytes >= 1e9 ? `${number(bytes / 1e9, 1)} GB` : bytes >= 1e6 ? `${number(bytes / 1e6, 1)} MB` : `${number(Math.ceil(bytes / 1e3))} KB`);
const span = (seconds: number): string => {
  const days = Math.floor(seconds / 86400), hours = Math.floor((seconds % 86400) / 3600), minutes = Math.floor((seconds % 3600) / 60);
  return say({ ko: `${days ? `${days}일 ` : ""}${days || hours ? `${hours}시간 ` : ""}${minutes}분`, en: `${days ? `${days} d ` : ""}${days || hours ? `${hours} h ` : ""}${minutes} min` });
};
const channelWords: Record<string, { ko: string; en: string }> = {
  "/v1/turns": { ko: "턴 API", en: "Turns API" },
  "/kakao/skill": { ko: "카카오톡", en: "KakaoTalk" },
  "/chatwoot/bot": { ko: "Chatwoot", en: "Chatwoot" },
  "/v1/chat/completions": { ko: "OpenAI 형식", en: "OpenAI's form" },
  "/chat/turns": { ko: "채팅 페이지", en: "Chat page" },
  "/webhooks/rest/webhook": { ko: "Rasa 형식", en: "Rasa's form" },
  "/model/parse": { ko: "Rasa 분류", en: "Rasa's parse" },
};

function Now({ told }: { told: Told }) {
  const low = told.disk.free_bytes !== undefined && told.disk.bytes !== undefined && told.disk.free_bytes < told.disk.bytes / 20;
  return (
    <section class="panel stack" aria-label={say({ ko: "지금", en: "Now" })}>
      <div class="spread">
        <h2>{say({ ko: "지금", en: "Now" })}</h2>
        {told.journal.failing ? <Badge tone="bad">{say({ ko: "기록을 쓰지 못함", en: "The journal cannot be written" })}</Badge> : told.stopping ? <Badge tone="warn">{say({ ko: "멈추는 중", en: "Stopping" })}</Badge> : <Badge tone="good">{say({ ko: "정상", en: "Well" })}</Badge>}
      </div>
      <dl class="pairs">
        <dt>{say({ ko: "사용 중인 배포본", en: "Release in use" })}</dt>
        <dd>{told.release} <code>{told.hash.slice(0, 12)}</code></dd>
        <dt>{say({ ko: "켜진 지", en: "Up for" })}</dt>
        <dd>{span(told.uptime_seconds)}</dd>
        <dt>{say({ ko: "메모리의 대화", en: "Conversations in memory" })}</dt>
        <dd>{number(told.conversations)}</dd>
        <dt>{say({ ko: "기록 대기열", en: "Journal queue" })}</dt>
        <dd>{number(told.journal.queued)} / {number(told.journal.capacity)}{told.journal.failed > 0 && <> <Badge tone="bad">{say({ ko: `쓰지 못한 턴 ${number(told.journal.failed)}`, en: `${number(told.journal.failed)} turns not kept` })}</Badge></>}</dd>
        <dt>{say({ ko: "남은 디스크", en: "Disk free" })}</dt>
        <dd>{told.disk.free_bytes === undefined ? "–" : `${size(told.disk.free_bytes)} / ${size(told.disk.bytes!)}`}{low && <> <Badge tone="bad">{say({ ko: "얼마 남지 않음", en: "nearly full" })}</Badge></>}</dd>
      </dl>
    </section>
  );
}

function Models({ told, again }: { told: Told["models"]; again: () => void }) {
  const [asks, setAsks] = useState(false);
  const cap = (used: number | undefined, most: number | undefined) => `${number(Math.round(used ?? 0))}${most ? ` / ${number(most)}` : ""}`;
  const flip = async () => {
    await post("/api/providers/switch", { off: !told.off });
    toast(told.off ? { ko: "AI 모델을 다시 켰습니다.", en: "Models are on again." } : { ko: "AI 모델을 껐습니다.", en: "Models are off." });
    again();
  };
  return (
    <section class="panel stack" aria-label={say({ ko: "AI 모델", en: "Models" })}>
      <div class="spread">
        <h2>{say({ ko: "AI 모델", en: "Models" })}</h2>
        {told.configured && (told.off ? <Badge tone="bad">{say({ ko: "꺼짐", en: "Off" })}</Badge> : <Badge tone="good">{say({ ko: "켜짐", en: "On" })}</Badge>)}
      </div>
      {!told.configured ? (
        <p>{say({ ko: "설정된 모델이 없습니다. 답변은 승인된 글과 문서 인용, 상담원으로만 나갑니다.", en: "None is set up: replies are scripts, quotes and people." })}</p>
      ) : (
        <>
          <ul class="keys">
            {told.providers.map((provider) => (
              <li key={provider.name}>
                <b>{provider.name}</b> {provider.model} {provider.resting ? <Badge tone="warn">{say({ ko: "실패가 잦아 쉬는 중", en: "resting after failures" })}</Badge> : <Badge tone="good">{say({ ko: "쓸 수 있음", en: "may be asked" })}</Badge>}
              </li>
            ))}
          </ul>
          <dl class="pairs">
            <dt>{say({ ko: "오늘 호출", en: "Calls today" })}</dt>
            <dd>{cap(told.calls_today, told.calls_cap)}</dd>
            <dt>{say({ ko: "오늘 토큰", en: "Tokens today" })}</dt>
            <dd>{cap(told.tokens_today, told.tokens_cap)}</dd>
            <dt>{say({ ko: "오늘 비용", en: "Cost today" })}</dt>
            <dd>{cap(told.won_today, told.won_cap)}{say({ ko: "원", en: " won" })}</dd>
          </dl>
          <p class="actions">
            <Button kind={told.off ? "main" : "danger"} onClick={() => setAsks(true)}>{told.off ? say({ ko: "모델 다시 켜기", en: "Switch on again" }) : say({ ko: "모델 모두 끄기", en: "Switch all models off" })}</Button>
          </p>
        </>
      )}
      {asks && (
        <Confirm
          title={told.off ? say({ ko: "모델을 다시 켤까요?", en: "Switch models on?" }) : say({ ko: "모델을 모두 끌까요?", en: "Switch all models off?" })}
          text={told.off ? say({ ko: "승인 답변이 없는 질문을 다시 모델에 묻습니다.", en: "Questions that no script fits are put to a model again." }) : say({ ko: "묻고 있던 것도 바로 끊습니다. 고객에게는 승인 답변과 문서 인용, 상담원 연결이 그대로 나갑니다. 다시 켤 때까지, 재시작해도 꺼져 있습니다.", en: "Calls under way are cut at once. Customers still get scripts, quotes and people. It stays off, also after a restart, until somebody switches it on." })}
          yes={told.off ? say({ ko: "켜기", en: "Switch on" }) : say({ ko: "끄기", en: "Switch off" })}
          danger={!told.off}
          onYes={flip}
          onClose={() => setAsks(false)}
        />
      )}
    </section>
  );
}

function Channels({ rows }: { rows: Told["channels"] }) {
  return (
    <section class="panel stack" aria-label={say({ ko: "채널", en: "Channels" })}>
      <h2>{say({ ko: "채널", en: "Channels" })}</h2>
      <p class="hint">{say({ ko: "켜진 뒤로 센 값입니다.", en: "Counted since the start." })}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "채널 표", en: "Table of channels" })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say({ ko: "채널", en: "Channel" })}</th>
              <th scope="col" class="number">{say({ ko: "요청", en: "Requests" })}</th>
              <th scope="col" class="number">{say({ ko: "잘못된 요청", en: "Their errors" })}</th>
              <th scope="col" class="number">{say({ ko: "서버 오류", en: "Our errors" })}</th>
              <th scope="col">{say({ ko: "마지막 요청", en: "Last seen" })}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.route}>
                <td>{channelWords[row.route] ? say(channelWords[row.route]!) : row.route}<br /><small>{row.route}</small></td>
                <td class="number">{number(row.requests)}</td>
                <td class="number">{number(row.client_errors)}</td>
                <td class="number">{row.server_errors > 0 ? <Badge tone="bad">{number(row.server_errors)}</Badge> : "0"}</td>
                <td>{row.last_seen ? moment(row.last_seen) : say({ ko: "아직 없음", en: "none yet" })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Releases({ told }: { told: Told }) {
  return (
    <section class="panel stack" aria-label={say({ ko: "배포본", en: "Releases" })}>
      <h2>{say({ ko: "배포본", en: "Releases" })}</h2>
      {told.releases.length === 0 && <p>{say({ ko: "아직 없습니다.", en: "None yet." })}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={say({ ko: "배포본 표", en: "Table of releases" })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say({ ko: "번호", en: "No." })}</th>
              <th scope="col">{say({ ko: "만든 때", en: "Made" })}</th>
              <th scope="col" class="number">{say({ ko: "크기", en: "Size" })}</th>
              <th scope="col">{say({ ko: "해시", en: "Hash" })}</th>
            </tr>
          </thead>
          <tbody>
            {told.releases.map((row) => (
              <tr key={row.number}>
                <td>{row.number} {row.active && <Badge tone="good">{say({ ko: "사용 중", en: "live" })}</Badge>}</td>
                <td>{moment(row.made)}</td>
                <td class="number">{size(row.bytes)}</td>
                <td>{row.whole ? <code>{row.hash.slice(0, 12)}</code> : <Badge tone="bad">{say({ ko: "손상됨", en: "damaged" })}</Badge>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {told.notes.length > 0 && (
        <details>
          <summary>{say({ ko: "게시 내역", en: "What was done" })}</summary>
          <ul>{[...told.notes].reverse().map((note, i) => <li key={i}>{moment(note.at)} · {say({ ko: `배포본 ${note.release}`, en: `release ${note.release}` })} · {eventName(note.event)} · {note.author}{note.reason && `: ${note.reason}`}</li>)}</ul>
        </details>
      )}
    </section>
  );
}

function Backups({ told, again }: { told: Told["backup"]; again: () => void }) {
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      await post("/api/backup");
      toast({ ko: "백업을 시작했습니다.", en: "A backup has begun." });
    } catch (failure) {
      toast((failure as Error).message, true);
    }
    setBusy(false);
    again();
  };
  const rows = [...told.rows].reverse();
  return (
    <section class="panel stack" aria-label={say({ ko: "백업", en: "Backups" })}>
      <div class="spread">
        <h2>{say({ ko: "백업", en: "Backups" })}</h2>
        <Button busy={busy || told.running} onClick={() => void begin()}>{told.running ? say({ ko: "백업하는 중…", en: "Backing up…" }) : say({ ko: "지금 백업", en: "Back up now" })}</Button>
      </div>
      <Trouble of={told.trouble ? say({ ko: `지난 백업은 실패했습니다: ${told.trouble}`, en: `The last backup failed: ${told.trouble}` }) : ""} />
      <p class="hint">{say({ ko: "봇 폴더의 backups에 만들고, 한 번 되살려 온전한지 확인한 것만 남깁니다. 다른 기계로도 옮겨 두세요.", en: "Made in the bot's folder backups; kept only once it was restored and found whole. Keep copies elsewhere, too." })}</p>
      {rows.length === 0 ? <p>{say({ ko: "아직 백업이 없습니다.", en: "There is none yet." })}</p> : (
        <ul>{rows.map((row) => <li key={row.name}><code>{row.name}</code> {size(row.bytes)} · {moment(row.made)} <Badge tone="good">{say({ ko: "복원 확인", en: "proved" })}</Badge></li>)}</ul>
      )}
    </section>
  );
}

export function State() {
  const { value, error, again } = useLoaded<Told>((signal) => get("/api/operations", {}, { signal }), []);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && again(), value?.backup.running ? 1000 : 5000);
    return () => clearInterval(timer);
  }, [value?.backup.running]);
  if (!value) return error ? <Trouble of={error} /> : <Empty title={say({ ko: "불러오는 중입니다…", en: "Loading…" })} />;
  return (
    <div class="stack">
      <Trouble of={error} />
      <div class="charts">
        <Now told={value} />
        <Models told={value.models} again={again} />
      </div>
      <Channels rows={value.channels} />
      <div class="charts">
        <Releases told={value} />
        <Backups told={value.backup} again={again} />
      </div>
    </div>
  );
}
