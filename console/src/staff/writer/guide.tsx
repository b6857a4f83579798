// A short guide for writers.
import { Dialog } from "../ui";
import { say } from "../words";

export function Guide({ onClose }: { onClose: () => void }) {
  const lines = [
    say({ ko: "‘내용’에서 행을 찾아 고치면 내 초안이 됩니다. 초안은 적는 동안 저장되고, 봇이 하는 말은 아직 바뀌지 않습니다.", en: "Find a row under Content and edit it: that is your draft. It is kept as you type, and the bot does not say it yet." }),
    say({ ko: "표의 칸을 두 번 누르거나 Enter를 누르면 그 자리에서 고칩니다. 여러 행을 골라 날짜를 한꺼번에 바꿀 수도 있습니다. 모두 되돌릴 수 있습니다.", en: "Double click a cell, or press Enter, to edit it in place; choose rows to change their dates at once. All of it can be undone." }),
    say({ ko: "다 쓴 초안은 ‘내 초안’에서 골라 검토를 요청하세요. 다른 사람이 승인해야 내용이 됩니다.", en: "Send finished drafts to a review from My drafts. Somebody else must approve them." }),
    say({ ko: "승인된 내용은 다음 배포본부터 고객에게 나갑니다.", en: "What is approved reaches customers with the next release." }),
    say({ ko: "‘기준값·사실’에서 값, 대상, 사실, 요율표를 고칩니다. 같은 날 값이 둘이면 두 행을 바로 알려 드립니다.", en: "Values, entities, statements and rate tables are under Facts. Two values on one day are told at once, with both rows." }),
    say({ ko: "많이 고칠 때는 ‘엑셀’에서 파일을 내려받아 고친 뒤 올리세요. 달라지는 것을 먼저 보고 초안으로 저장합니다.", en: "To edit much at once, download the Workbook, edit it, and upload it: you see what would change, then keep it as drafts." }),
    say({ ko: "엑셀에서 행을 지워도 내용은 없어지지 않습니다. 없애려면 행을 열어 주세요.", en: "Deleting a line in the workbook removes nothing. To remove a row, open it here." }),
    say({ ko: "그사이 다른 사람이 고친 행은 두 내용을 나란히 보여 드립니다. 어느 쪽도 덮어쓰지 않습니다.", en: "Where somebody else changed the row meanwhile, both are shown, and neither is written over." }),
  ];
  const keys: [string, string][] = [
    ["↑ ↓ ← → Home End PageUp PageDown", say({ ko: "칸 옮기기", en: "move between cells" })],
    ["Enter · F2", say({ ko: "칸 고치기", en: "write in a cell" })],
    ["Esc", say({ ko: "고치던 것 취소, 고르기 풀기", en: "take back; choose none" })],
    ["Tab", say({ ko: "고치다가 다음 칸으로", en: "while writing: the next cell" })],
    ["Space · Shift+↑↓ · Ctrl+A", say({ ko: "행 고르기", en: "choose rows" })],
    ["Ctrl+Z · Ctrl+Shift+Z", say({ ko: "되돌리기, 다시 하기 (그 뒤에 고쳐진 것은 두고)", en: "undo, redo (what was changed since stays)" })],
    ["Alt+1…9", say({ ko: "점검이 찾은 대조 쌍 넣기", en: "put in a contrast pair that the check misses" })],
  ];
  return (
    <Dialog title={say({ ko: "작성자 안내", en: "Writers' guide" })} onClose={onClose}>
      <ol>{lines.map((line) => <li key={line}>{line}</li>)}</ol>
      <dl class="changes">{keys.map(([key, what]) => <div key={key} class="line"><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
      <p class="hint"><kbd>?</kbd> {say({ ko: "이 안내를 엽니다", en: "opens this guide" })}</p>
    </Dialog>
  );
}
