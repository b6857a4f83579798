// The keys, and a short guide.
import { Dialog } from "../ui";
import { say } from "../words";

export function Guide({ onClose }: { onClose: () => void }) {
  const keys: [string, string][] = [
    ["/", say({ ko: "입력란으로", en: "To the box" })],
    ["Alt + 1…5", say({ ko: "그 번호의 답변 복사", en: "Copy that answer" })],
    ["Alt + X", say({ ko: "틀린 답변 알리기", en: "Report a wrong answer" })],
    ["Esc", say({ ko: "입력란 비우기", en: "Empty the box" })],
    ["?", say({ ko: "이 안내", en: "This guide" })],
  ];
  const lines = [
    say({ ko: "고객의 말을 들리는 대로 적으세요. 적는 동안 승인된 답변이 확실한 순서로 나타납니다. 적은 말은 저장되지 않습니다.", en: "Type what the caller says. Approved answers appear, surest first. What you type is not kept." }),
    say({ ko: "‘확실’은 봇이 스스로 답할 만큼 확실하다는 뜻입니다. ‘아마도’나 ‘혹시’이면 고객에게 한 번 더 물어보세요.", en: "“Sure” means the bot itself would answer. Otherwise ask the caller once more." }),
    say({ ko: "‘먼저 물어보세요’가 보이면 그 항목을 물어 이어서 적으면 금액과 날짜가 채워집니다.", en: "Where it says “Ask first”, ask and type on: the values are filled in." }),
    say({ ko: "근거 구절은 문서 원문입니다. 시행일을 확인하고 읽어 주세요.", en: "Passages are the documents' own words. Mind their dates." }),
    say({ ko: "틀린 답변은 Alt+X로 알려 주세요. 작성자의 할 일이 되고, 뜻한 의도를 고르면 평가 예문도 됩니다.", en: "Report what is wrong with Alt+X: it becomes a task, and with the intent meant an evaluation case." }),
    say({ ko: "상담 대기에서 ‘맡기’를 누르면 봇은 말하지 않습니다. 끝나면 봇에게 돌려주거나 끝내 주세요.", en: "While you have claimed a conversation the bot is silent. Return it or close it when you are done." }),
  ];
  return (
    <Dialog title={say({ ko: "상담원 안내", en: "Agents' guide" })} onClose={onClose}>
      <div class="stack">
        <table><thead class="hidden"><tr><th>{say({ ko: "키", en: "Key" })}</th><th>{say({ ko: "하는 일", en: "What it does" })}</th></tr></thead>
          <tbody>{keys.map(([key, what]) => <tr key={key}><td><kbd>{key}</kbd></td><td>{what}</td></tr>)}</tbody></table>
        <ol class="guide">{lines.map((line) => <li key={line}>{line}</li>)}</ol>
      </div>
    </Dialog>
  );
}
