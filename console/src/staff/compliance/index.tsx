// What was said to whom, when, why and approved by whom; and what we would have said on a past day.
import { linkTo, type Place } from "../router";
import { Tabs } from "../ui";
import { say } from "../words";
import { Approvals } from "./approvals";
import { AsOf } from "./asof";
import { Audit } from "./audit";
import { Egress } from "./egress";
import { Conversation, Recall } from "./recall";
import { Retention } from "./retention";
import "../lead/lead.css";

const views = [
  { name: "", title: { ko: "그때의 답변", en: "Time travel" }, View: AsOf },
  { name: "conversation", title: { ko: "고객의 대화", en: "A customer's conversation" }, View: Conversation },
  { name: "recall", title: { ko: "누가 들었나", en: "Who was told" }, View: Recall },
  { name: "approvals", title: { ko: "승인 내역", en: "Approvals" }, View: Approvals },
  { name: "egress", title: { ko: "외부로 나간 글", en: "What left" }, View: Egress },
  { name: "retention", title: { ko: "보관과 삭제", en: "Retention" }, View: Retention },
  { name: "audit", title: { ko: "감사 기록", en: "Audit" }, View: Audit },
];

export default function Compliance({ place }: { place: Place }) {
  const current = views.find((view) => view.name === (place.rest[0] ?? "")) ?? views[0]!;
  const link = (name: string) => linkTo("compliance", name ? [name] : []);
  return (
    <>
      <Tabs label={say({ ko: "준법의 화면", en: "Views" })} items={views.map((view) => ({ link: link(view.name), name: say(view.title) }))} current={link(current.name)} />
      <current.View place={place} />
    </>
  );
}
