// The bot writes down why it said what it said in English, clause after clause. Here every clause there is has its words in the reader's
// language. The keys are the texts of the source (bot/), as printf has them: %… stands for a number, a name or another clause.
import type { Bot } from "./api";
import { intentTitle } from "./context";
import { say, speaks, type Words } from "./words";

// Words with a cause are what an agent is told of a conversation in the queue: the last of them counts.
type Clause = Words & { cause?: true };
export const clauses: Record<string, Clause> = {
  "a person": { ko: "상담원에게", en: "to a person" },
  "outside service hours": { ko: "상담 시간 밖", en: "outside service hours" },
  "always for a person": { ko: "늘 상담원이 답하는 일", en: "always for a person", cause: true },
  "its answer cannot be given": { ko: "답변의 계산이 되지 않음", en: "its answer cannot be worked out", cause: true },
  "no answer in force": { ko: "지금 쓸 수 있는 답변이 없음", en: "no answer in force", cause: true },
  "answer %.*s v%d%s": { ko: "답변 {1} v{2}", en: "answer {1} v{2}" },
  "%.2f %s %.2f": { ko: "확신 {1} {2} 기준 {3}", en: "sure {1} {2} {3} needed" },
  "next %.2f": { ko: "다음 후보 {1}", en: "next {1}" },
  "best guess %.*s": { ko: "가장 가까운 의도 {1}", en: "best guess {1}" },
  "equals an example": { ko: "예문과 같음", en: "equals an example" },
  "equals an out-of-scope example": { ko: "답하지 않기로 한 말", en: "equals an out-of-scope example", cause: true },
  "nothing in it was ever seen": { ko: "처음 보는 말", en: "nothing in it was ever seen", cause: true },
  "no word in it": { ko: "글자가 없는 메시지", en: "no word in it", cause: true },
  "a bare yes": { ko: "‘네’뿐인 말", en: "a bare yes" },
  "a bare no": { ko: "‘아니요’뿐인 말", en: "a bare no" },
  "a bare value": { ko: "값뿐인 말", en: "a bare value" },
  "asked %d times": { ko: "{1}번 물어도 답을 얻지 못함", en: "asked {1} times", cause: true },
  "asks for %.*s%s": { ko: "{1} 물음", en: "asks for {1}" },
  "%.*s given": { ko: "{1} 받음", en: "{1} given" },
  "no %.*s in it": { ko: "{1} 없음", en: "no {1} in it" },
  "gave the form up": { ko: "고객이 입력을 그만둠", en: "gave the form up" },
  "chose %d of %d": { ko: "목록 {2}개 중 {1}번을 고름", en: "chose {1} of {2}" },
  "chose %d of %d%s": { ko: "목록 {2}개 중 {1}번을 고름", en: "chose {1} of {2}" },
  "which is no longer there": { ko: "그 항목이 이제 없음", en: "which is no longer there", cause: true },
  "several of the list": { ko: "목록에서 여럿을 말함", en: "several of the list" },
  "%d is not on the list": { ko: "목록에 없는 {1}번", en: "{1} is not on the list" },
  "gave the list up": { ko: "고객이 고르기를 그만둠", en: "gave the list up" },
  "none of the list": { ko: "고객이 목록에 없다고 함", en: "none of the list", cause: true },
  "nothing of the list": { ko: "목록에 없는 말", en: "nothing of the list" },
  "which of": { ko: "무엇인지 물음", en: "which of" },
  "which of %.*s": { ko: "무엇인지 물음: {1}", en: "which of {1}" },
  "say more": { ko: "더 말해 달라고 함", en: "say more" },
  "a value for what was asked before": { ko: "앞에서 물은 것의 값", en: "a value for what was asked before" },
  "a change to an amount": { ko: "금액을 바꿈", en: "a change to an amount" },
  "a rate that is not yearly": { ko: "연이율이 아닌 이율", en: "a rate that is not yearly", cause: true },
  "none of the values": { ko: "고를 값이 아님", en: "none of the values" },
  "chose a person": { ko: "고객이 상담원을 고름", en: "the customer chose a person", cause: true },
  "what was asked for": { ko: "물은 것의 답", en: "what was asked for" },
  "gave the question up": { ko: "고객이 답하기를 그만둠", en: "gave the question up" },
  "said which": { ko: "어느 것인지 말함", en: "said which" },
  "with a person: nothing said": { ko: "상담원과 이야기하는 중이라 봇은 말하지 않음", en: "with a person: the bot said nothing" },
  "fact %.*s × %.*s:": { ko: "기준값 {1} × {2}:", en: "fact {1} × {2}:" },
  "fact %.*s × %.*s: %s": { ko: "기준값 {1} × {2}: {3}", en: "fact {1} × {2}: {3}" },
  "fact %s: %s": { ko: "기준값 {1}: {2}", en: "fact {1}: {2}" },
  "no source in force": { ko: "유효한 출처가 없음", en: "no source in force", cause: true },
  "stopped by the guard": { ko: "출처와 맞지 않아 보내지 않음", en: "stopped by the guard", cause: true },
  "quotes %.*s": { ko: "인용: {1}", en: "quotes {1}" },
  "too little of it in any passage": { ko: "문서에 그런 내용이 거의 없음", en: "too little of it in any passage" },
  "with vectors": { ko: "뜻이 비슷한 문단까지 찾음", en: "found by meaning as well as by words" },
  "by words alone": { ko: "낱말로만 찾음", en: "found by words alone" },
  "vectors: %s": { ko: "뜻으로 찾기: {1}", en: "vectors: {1}" },
  "no passage": { ko: "맞는 문서가 없음", en: "no passage" },
  "passage %.2f": { ko: "문서에 답이 있을 가능성 {1}", en: "answered by a passage: {1}" },
  "never quoted": { ko: "인용하지 않는 설정", en: "never quoted" },
  "passage %.2f %s %.2f": { ko: "문서에 답이 있을 가능성 {1} {2} 기준 {3}", en: "answered by a passage: {1} {2} {3} needed" },
  "no sentence of it": { ko: "인용할 문장이 없음", en: "no sentence of it" },
  "selected by %s%s": { ko: "{1} 모델이 고름", en: "selected by {1}" },
  "as before": { ko: "전과 같은 답", en: "as before" },
  "model: %s": { ko: "AI가 답하지 않음: {1}", en: "no answer by a model: {1}" },
  "no model can be asked": { ko: "쓸 수 있는 AI 모델이 없음", en: "no model can be asked" },
  // Why this answer and not another of its intent
  "1 condition holds": { ko: "조건 1개가 맞음", en: "1 condition holds" },
  "2 conditions hold": { ko: "조건 2개가 맞음", en: "2 conditions hold" },
  "3 conditions hold": { ko: "조건 3개가 맞음", en: "3 conditions hold" },
  "4 conditions hold": { ko: "조건 4개가 맞음", en: "4 conditions hold" },
  "more than 4 conditions hold": { ko: "조건이 5개 넘게 맞음", en: "more than 4 conditions hold" },
  "only answer in force": { ko: "지금 쓸 수 있는 유일한 답변", en: "only answer in force" },
  "written for this channel": { ko: "이 채널용 답변", en: "written for this channel" },
  "written for this language": { ko: "이 언어용 답변", en: "written for this language" },
  "no other answer's condition holds": { ko: "조건이 맞는 다른 답변이 없음", en: "no other answer's condition holds" },
  "no answer in force fits": { ko: "맞는 답변이 없음", en: "no answer in force fits" },
  // What came of asking a model
  whole: { ko: "답이 왔으나 쓰지 못함", en: "it came, and could not be used" },
  off: { ko: "꺼 두었음", en: "switched off" },
  capped: { ko: "하루 한도를 다 씀", en: "the day's cap is used up" },
  resting: { ko: "거듭 실패해 쉬는 중", en: "resting after failures" },
  late: { ko: "늦음", en: "late" },
  connect: { ko: "연결되지 않음", en: "no connection" },
  limited: { ko: "제공자가 횟수를 제한함", en: "the provider limits calls" },
  unavailable: { ko: "제공자가 멈춤", en: "the provider is down" },
  status: { ko: "제공자가 거절함", en: "the provider refused" },
  dropped: { ko: "도중에 끊김", en: "cut off on the way" },
  reported: { ko: "제공자가 오류를 알림", en: "the provider reported an error" },
  broken: { ko: "읽을 수 없는 답", en: "not readable" },
  too_large: { ko: "너무 긴 답", en: "too long" },
  cut: { ko: "도중에 잘린 답", en: "cut short" },
  declined: { ko: "모델이 거절함", en: "the model declined" },
  unkept: { ko: "보낸 것을 기록하지 못해 보내지 않음", en: "it could not be recorded, so nothing was sent" },
  closed: { ko: "서버가 멈추는 중이었음", en: "the server was stopping" },
  memory: { ko: "메모리 부족", en: "out of memory" },
  // What was wrong with what a model chose
  made: { ko: "고름", en: "made" },
  not_answerable: { ko: "문서에 답이 없다고 함", en: "it found no answer in the documents" },
  not_json: { ko: "형식이 아님", en: "not in the form asked for" },
  wrong_form: { ko: "다른 형식", en: "in another form" },
  unknown_id: { ko: "없는 문장을 고름", en: "it chose a sentence that is not there" },
  repeated_id: { ko: "같은 문장을 거듭 고름", en: "it chose a sentence twice" },
  too_many: { ko: "너무 많이 고름", en: "it chose too much" },
  empty: { ko: "아무것도 고르지 않음", en: "it chose nothing" },
  contradicts: { ko: "앞뒤가 맞지 않음", en: "it contradicts itself" },
  selected: { ko: "고름", en: "selected" },
  "source changed": { ko: "출처가 바뀜", en: "the source has changed" },
  "guard: %s": { ko: "검사에서 걸림({1})", en: "stopped by the guard ({1})" },
  figure: { ko: "출처에 없는 숫자", en: "a figure of no source" },
  expired: { ko: "기간이 지난 출처", en: "an expired source" },
  uncited: { ko: "출처 없는 문장", en: "a sentence without a source" },
  personal: { ko: "개인정보", en: "personal data" },
  canary: { ko: "숨긴 표식이 새어 나옴", en: "a hidden mark leaked" },
  limit: { ko: "너무 김", en: "too long" },
};

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const patterns = Object.entries(clauses).map(([key, words]) => ({
  words,
  holes: (key.match(/%(\.\*s|\.2f|zu|[sd])/g) ?? []).length,
  match: new RegExp(`^${literal(key).replace(/%(\\\.\\\*s|\\\.2f|zu|s|d)/g, (_, kind: string, at: number, all: string) => (!kind.endsWith("s") ? "([0-9.]+)" : all[at + kind.length + 1] === "%" ? "(\\S+)" : "(.*?)"))}$`, "u"),
})).sort((a, b) => a.holes - b.holes);

function clauseOf(text: string, bot: Bot): { text: string; cause: boolean } {
  for (const { words, match } of patterns) {
    const found = match.exec(text);
    if (!found) continue;
    return { cause: words.cause === true, text: say(words).replace(/\{(\d)\}/g, (_, at: string) => clauseOf(found[Number(at)] ?? "", bot).text) };
  }
  return { cause: false, text: intentTitle(bot, text) };
}
const parts = (reason: string): { between: string; clause: string }[] =>
  reason.split(/( → |, |; )/u).reduce<{ between: string; clause: string }[]>((all, text, i) => {
    if (i % 2) all.push({ between: text, clause: "" });
    else if (all.length) all[all.length - 1]!.clause = text;
    else all.push({ between: "", clause: text });
    return all;
  }, []);

// The whole of it; in English as it is.
export const reasonText = (reason: string, bot: Bot): string =>
  speaks() === "en" ? reason : parts(reason).map(({ between, clause }) => (between === ", " || between === "; " ? " · " : between) + clauseOf(clause, bot).text).join("");

// Why a person is wanted, in a few words.
export function causeOf(reason: string, bot: Bot): string {
  const all = parts(reason);
  const causes = all.map(({ clause }) => clauseOf(clause, bot)).filter((one) => one.cause);
  const intent = all.filter(({ between }) => between === " → ").map(({ clause }) => bot.intents.find((one) => one.name === clause)?.title).find(Boolean);
  const cause = causes[causes.length - 1]?.text ?? (intent ? say({ ko: "상담원이 답하는 일", en: "for a person" }) : say({ ko: "맞는 답변을 찾지 못함", en: "no answer fits" }));
  const guess = all.map(({ clause }) => /^best guess (.+)$/.exec(clause)?.[1]).find(Boolean);
  const about = intent ?? (guess && guess !== "out_of_scope" && say({ ko: `혹시 ${clauseOf(guess, bot).text}`, en: `perhaps ${clauseOf(guess, bot).text}` }));
  return about ? `${cause} (${about})` : cause;
}
