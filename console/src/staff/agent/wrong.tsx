// A wrong answer, told to those who write the answers.
import { useState } from "preact/hooks";
import { post } from "../api";
import { useSession } from "../context";
import { Button, Dialog, Field, Trouble, toast } from "../ui";
import { say } from "../words";
import { intentName } from "./data";

export type Wrong = { turn: string } | { text: string; shown?: string; answer?: string; release?: string };

export function WrongDialog({ of, about, onClose }: { of: Wrong; about: string; onClose: () => void }) {
  const { bot } = useSession();
  const [words, setWords] = useState("");
  const [note, setNote] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const choices = [...bot.intents.map((one) => one.name), "out_of_scope"];
  const meant = choices.find((name) => name === words.trim() || intentName(bot, name) === words.trim());
  const send = async () => {
    if (words.trim() && !meant) return setError(say({ ko: "목록에 있는 의도를 골라 주세요. 모르면 비워 두세요.", en: "Pick an intent of the list, or leave it empty." }));
    setBusy(true);
    try {
      const told = await post<{ task: number; case: string }>("/api/wrong", { ...of, ...(meant ? { intent: meant } : {}), ...(note.trim() ? { note } : {}) });
      toast(say({ ko: `알렸습니다. 작성자의 할 일 ${told.task}번이 되었습니다.`, en: `Reported. It is the writers' task ${told.task}.` }));
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: "틀린 답변 알리기", en: "Report a wrong answer" })} onClose={onClose}>
      <div class="stack">
        <p class="said">{about}</p>
        <Field label={say({ ko: "고객이 뜻한 의도", en: "What was meant" })} hint={say({ ko: "몇 글자를 적어 고르세요. 모르면 비워 두어도 됩니다.", en: "Type to pick one. It may stay empty." })}>
          {(id, describedBy) => <input id={id} aria-describedby={describedBy} list="intents-meant" autocomplete="off" value={words} onInput={(event) => setWords(event.currentTarget.value)} />}
        </Field>
        <datalist id="intents-meant">{choices.map((name) => <option key={name} value={intentName(bot, name)}>{name}</option>)}</datalist>
        <Field label={say({ ko: "메모", en: "Note" })}>{(id) => <textarea id={id} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button kind="main" busy={busy} onClick={() => void send()}>{say({ ko: "알리기", en: "Report" })}</Button>
        </div>
      </div>
    </Dialog>
  );
}
