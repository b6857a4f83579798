import { Empty } from "./ui";
import { say } from "./words";

export function Unbuilt() {
  return <Empty title={say({ ko: "이 화면은 아직 없습니다.", en: "This page is not there yet." })} />;
}
