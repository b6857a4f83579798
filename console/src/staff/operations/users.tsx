// Accounts: who there is, what they may, and making and closing them.
import { useState } from "preact/hooks";
import { get, post, type Me } from "../api";
import { useSession } from "../context";
import { Badge, Button, Confirm, Dialog, Field, Trouble, toast, useLoaded } from "../ui";
import { moment, roleWords, say } from "../words";

type User = { name: string; role: Me["role"]; disabled: boolean; created: string };
const roles = ["agent", "writer", "reviewer", "lead", "administrator"] as const;
const passwordHint = { ko: "10자 이상. 본인에게 따로 전하세요.", en: "10 characters or more. Tell it to them by another way." };

function Roles({ id, value, onChange }: { id: string; value: string; onChange: (role: Me["role"]) => void }) {
  return (
    <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as Me["role"])}>
      {roles.map((role) => <option key={role} value={role}>{say(roleWords[role]!)}</option>)}
    </select>
  );
}

function Add({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Me["role"]>("agent");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await post("/api/users/add", { name: name.trim(), role, password });
      toast({ ko: `${name} 계정을 만들었습니다.`, en: `${name} has an account.` });
      onDone();
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: "새 계정", en: "New account" })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void add(event)}>
        <Field label={say({ ko: "이름", en: "Name" })} hint={say({ ko: "영문 소문자와 숫자, . _ - @", en: "a-z 0-9 . _ - @" })}>{(id, about) => <input id={id} aria-describedby={about} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label={say({ ko: "역할", en: "Role" })}>{(id) => <Roles id={id} value={role} onChange={setRole} />}</Field>
        <Field label={say({ ko: "첫 비밀번호", en: "First password" })} hint={say(passwordHint)}>{(id, about) => <input id={id} aria-describedby={about} type="password" autocomplete="new-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button type="submit" kind="main" busy={busy} disabled={!name.trim() || password.length < 10}>{say({ ko: "만들기", en: "Make it" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Change({ user, onDone, onClose }: { user: User; onDone: () => void; onClose: () => void }) {
  const [role, setRole] = useState(user.role);
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError("");
    try {
      await post("/api/users/change", { name: user.name, ...(role !== user.role ? { role } : {}), ...(password ? { password } : {}) });
      toast({ ko: `${user.name} 계정을 바꾸었습니다.`, en: `${user.name} was changed.` });
      onDone();
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={say({ ko: `${user.name} 바꾸기`, en: `Change ${user.name}` })} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void save(event)}>
        <p>{say({ ko: "바꾸면 이 사람은 바로 로그아웃됩니다.", en: "They are signed out at once." })}</p>
        <Field label={say({ ko: "역할", en: "Role" })}>{(id) => <Roles id={id} value={role} onChange={setRole} />}</Field>
        <Field label={say({ ko: "새 비밀번호 (그대로 두려면 비우세요)", en: "New password (empty: as it is)" })} hint={say(passwordHint)}>{(id, about) => <input id={id} aria-describedby={about} type="password" autocomplete="new-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} />}</Field>
        <Trouble of={error} />
        <div class="actions">
          <Button onClick={onClose}>{say({ ko: "취소", en: "Cancel" })}</Button>
          <Button type="submit" kind="main" busy={busy} disabled={(role === user.role && !password) || (password.length > 0 && password.length < 10)}>{say({ ko: "바꾸기", en: "Change" })}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function Users() {
  const { me } = useSession();
  const { value, error, again } = useLoaded<{ rows: User[] }>((signal) => get("/api/users", {}, { signal }), []);
  const [adds, setAdds] = useState(false);
  const [changes, setChanges] = useState<User | null>(null);
  const [shuts, setShuts] = useState<User | null>(null);
  if (!value) return <Trouble of={error} />;
  const flip = async (user: User) => {
    await post("/api/users/change", { name: user.name, disabled: !user.disabled });
    toast(user.disabled ? { ko: `${user.name} 계정을 다시 열었습니다.`, en: `${user.name} may sign in again.` } : { ko: `${user.name} 계정을 막았습니다.`, en: `${user.name} is shut out.` });
    again();
  };
  return (
    <div class="stack">
      <div class="spread">
        <p>{say({ ko: "계정은 지우지 않고 막습니다. 감사 기록에 이름이 남아 있어야 하기 때문입니다.", en: "Accounts are shut, never deleted: the audit names them." })}</p>
        <Button kind="main" onClick={() => setAdds(true)}>{say({ ko: "새 계정", en: "New account" })}</Button>
      </div>
      <Trouble of={error} />
      <ul class="people panel" aria-label={say({ ko: "사람", en: "People" })}>
        {value.rows.map((user) => (
          <li key={user.name} data-name={user.name}>
            <div>
              <p class="line">
                <b>{user.name}</b>
                {user.name === me.name && <small>{say({ ko: "(나)", en: "(you)" })}</small>}
                <span>{say(roleWords[user.role]!)}</span>
                {user.disabled ? <Badge tone="bad">{say({ ko: "막힘", en: "Shut out" })}</Badge> : <Badge tone="good">{say({ ko: "쓰는 중", en: "Active" })}</Badge>}
              </p>
              <p class="hint">{say({ ko: `${moment(user.created)}에 만듦`, en: `Made ${moment(user.created)}` })}</p>
            </div>
            <div class="line">
              <Button aria-label={say({ ko: `${user.name} 바꾸기`, en: `Change ${user.name}` })} onClick={() => setChanges(user)}>{say({ ko: "바꾸기", en: "Change" })}</Button>
              <Button kind={user.disabled ? "plain" : "danger"} aria-label={user.disabled ? say({ ko: `${user.name} 다시 열기`, en: `Let ${user.name} in` }) : say({ ko: `${user.name} 막기`, en: `Shut ${user.name} out` })} onClick={() => setShuts(user)}>{user.disabled ? say({ ko: "다시 열기", en: "Let in" }) : say({ ko: "막기", en: "Shut out" })}</Button>
            </div>
          </li>
        ))}
      </ul>
      {adds && <Add onDone={again} onClose={() => setAdds(false)} />}
      {changes && <Change user={changes} onDone={again} onClose={() => setChanges(null)} />}
      {shuts && (
        <Confirm
          title={shuts.disabled ? say({ ko: `${shuts.name} 계정을 다시 열까요?`, en: `Let ${shuts.name} in again?` }) : say({ ko: `${shuts.name} 계정을 막을까요?`, en: `Shut ${shuts.name} out?` })}
          text={shuts.disabled ? say({ ko: "다시 로그인할 수 있습니다.", en: "They may sign in again." }) : say({ ko: "바로 로그아웃되고 다시 로그인하지 못합니다. 언제든 다시 열 수 있습니다.", en: "They are signed out at once and cannot sign in. You can let them in again." })}
          yes={shuts.disabled ? say({ ko: "다시 열기", en: "Let in" }) : say({ ko: "막기", en: "Shut out" })}
          danger={!shuts.disabled}
          onYes={() => flip(shuts)}
          onClose={() => setShuts(null)}
        />
      )}
    </div>
  );
}
