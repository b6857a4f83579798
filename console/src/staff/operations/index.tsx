// The state of the service, its switches, backups and people.
import { useSession } from "../context";
import { linkTo, type Place } from "../router";
import { Empty, Tabs } from "../ui";
import { say } from "../words";
import { State } from "./state";
import { Users } from "./users";
import { Audit } from "../compliance/audit";
import "../lead/lead.css";

export default function Operations({ place }: { place: Place }) {
  const { me } = useSession();
  const view = place.rest[0] ?? "";
  const items = [{ link: linkTo("operations"), name: say({ ko: "상태", en: "State" }) }];
  if (me.role === "administrator") items.push({ link: linkTo("operations", ["users"]), name: say({ ko: "사람", en: "People" }), }, { link: linkTo("operations", ["audit"]), name: say({ ko: "감사 기록", en: "Audit" }) });
  return (
    <>
      {items.length > 1 && <Tabs label={say({ ko: "운영의 화면", en: "Views" })} items={items} current={linkTo("operations", view ? [view] : [])} />}
      {view === "" ? <State /> : me.role !== "administrator" ? <Empty title={say({ ko: "관리자만 볼 수 있습니다.", en: "This is for administrators." })} /> : view === "users" ? <Users /> : <Audit place={place} />}
    </>
  );
}
