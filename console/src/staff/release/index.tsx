// Publishing, and the three work lists of those who write: faults, what was not answered, what was answered wrongly.
import { linkTo, type Place } from "../router";
import { Empty, Tabs } from "../ui";
import { say } from "../words";
import { CheckTab } from "./check";
import { PublishTab } from "./publish";
import { Trial } from "./trial";
import { UnansweredTab } from "./unanswered";
import { WrongTab } from "./wrong";
import "./release.css";

const views: Record<string, () => preact.JSX.Element> = { "": PublishTab, check: CheckTab, unanswered: UnansweredTab, wrong: WrongTab };

export default function Release({ place }: { place: Place }) {
  const name = place.rest[0] ?? "";
  const View = views[name];
  const review = name === "trial" ? Number(place.rest[1]) : 0;
  return (
    <>
      <Tabs
        label={say({ ko: "게시와 할 일", en: "Publishing and work" })}
        current={linkTo("release", name ? [name] : [])}
        items={[
          { link: linkTo("release"), name: say({ ko: "게시", en: "Publish" }) },
          { link: linkTo("release", ["check"]), name: say({ ko: "점검", en: "Check" }) },
          { link: linkTo("release", ["unanswered"]), name: say({ ko: "미응답", en: "Unanswered" }) },
          { link: linkTo("release", ["wrong"]), name: say({ ko: "오답", en: "Wrong replies" }) },
        ]}
      />
      {review > 0 ? <Trial key={review} review={review} /> : View ? <View key={name} /> : <Empty title={say({ ko: "이런 주소는 없습니다.", en: "There is nothing at this address." })} />}
    </>
  );
}
