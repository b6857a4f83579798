// Signing in; and, on a server that has nobody yet, the first administrator by the code that `paring serve` has printed.
import { useState } from "preact/hooks";
import { post, type Me } from "./api";
import { Button, Field, Trouble } from "./ui";
import { say } from "./words";

export function Login({ onDone, again }: { onDone: (me: Me) => void; again: boolean }) {
  const [isFirst, setFirst] = useState(false);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const body: Record<string, string> = { name: String(fields.get("name")).trim(), password: String(fields.get("password")) };
    if (isFirst) body.code = String(fields.get("code")).trim();
    setBusy(true);
    setError("");
    try {
      onDone(await post<Me>(isFirst ? "/api/first" : "/api/login", body));
    } catch (failure) {
      const { status, message } = failure as { status?: number; message: string };
      setError(
        status === 403 && isFirst ? say({ ko: "시작 코드가 맞지 않거나 이미 쓰였습니다. 서버를 시작한 화면을 보세요.", en: "That is not the code, or it has been used. Look where the server was started." })
        : status === 400 && isFirst ? say({ ko: "이름은 영문 소문자와 숫자, . _ - @ 로, 비밀번호는 10자 이상으로 적어 주세요.", en: "A name is of a-z 0-9 . _ - @, a password of 10 characters or more." })
        : status === 403 ? say({ ko: "이름이나 비밀번호가 맞지 않습니다.", en: "That is not the right name and password." })
        : status === 429 ? say({ ko: "여러 번 틀렸습니다. 잠시 뒤에 다시 해 주세요.", en: "Too many tries. Please wait a little." })
        : message);
      setBusy(false);
    }
  };
  const Place = again ? "div" : "main"; // within a page there is a main already
  return (
    <Place class="login">
      <form onSubmit={submit}>
        <h1>{isFirst ? say({ ko: "첫 관리자 만들기", en: "The first administrator" }) : "Paring"}</h1>
        {again && !isFirst && <p class="hint">{say({ ko: "오래 쓰지 않아 로그아웃되었습니다. 다시 로그인하면 쓰던 것이 그대로 있습니다.", en: "You were signed out after a while without use. Sign in: what you typed is still there." })}</p>}
        <Field label={say({ ko: "이름", en: "Name" })} hint={isFirst ? say({ ko: "영문 소문자와 숫자, . _ - @", en: "a-z 0-9 . _ - @" }) : undefined}>
          {(id, about) => <input id={id} aria-describedby={about} name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus />}
        </Field>
        <Field label={say({ ko: "비밀번호", en: "Password" })} hint={isFirst ? say({ ko: "10자 이상", en: "10 characters or more" }) : undefined}>
          {(id, about) => <input id={id} name="password" type="password" autocomplete={isFirst ? "new-password" : "current-password"} required aria-describedby={about} />}
        </Field>
        {isFirst && (
          <Field label={say({ ko: "시작 코드", en: "Code" })} hint={say({ ko: "서버를 시작할 때 화면에 나온 코드입니다. 한 번만 쓸 수 있습니다.", en: "The server printed it when it started. It can be used once." })}>
            {(id, about) => <input id={id} name="code" autocomplete="off" required aria-describedby={about} />}
          </Field>
        )}
        <Trouble of={error} />
        <Button type="submit" kind="main" busy={busy}>
          {isFirst ? say({ ko: "만들고 로그인", en: "Make and sign in" }) : say({ ko: "로그인", en: "Sign in" })}
        </Button>
        {!again && <button type="button" class="link" onClick={() => { setFirst(!isFirst); setError(""); }}>
          {isFirst ? say({ ko: "로그인으로 돌아가기", en: "Back to signing in" }) : say({ ko: "처음이신가요? 첫 관리자 만들기", en: "First time? Make the first administrator" })}
        </button>}
      </form>
    </Place>
  );
}
