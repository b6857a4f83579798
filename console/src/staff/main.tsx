// The staff's page: who is signed in, the menu of what their role may open, and the page that the address names.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, sessionBegin, type Bot, type Me } from "./api";
import { areas, others, type Area, type Page } from "./areas";
import { SessionContext } from "./context";
import { Login } from "./login";
import { go, linkTo, usePlace } from "./router";
import { Button, Empty, Toasts, Trouble } from "./ui";
import { languageBegin, languageSet, roleWords, say, speaks } from "./words";
import "./staff.css";

function Opened({ area, me }: { area: Area; me: Me }) {
  const place = usePlace();
  const [page, setPage] = useState<{ name: string; Page: Page } | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    setError("");
    let isAsked = true; // one that comes after somebody has gone on to another page is not shown
    area.load().then(
      (module) => isAsked && setPage({ name: area.name, Page: module.default }),
      () => isAsked && setError(say({ ko: "화면을 불러오지 못했습니다. 새로 고쳐 주세요.", en: "The page could not be loaded. Please reload." })),
    );
    return () => void (isAsked = false);
  }, [area]);
  useEffect(() => {
    document.title = `${say(area.title)} · Paring`;
  }, [area]);
  if (!area.roles.includes(me.role)) return <Empty title={say({ ko: "이 화면을 볼 권한이 없습니다.", en: "This page is not for your role." })} />;
  if (error) return <Trouble of={error} />;
  return (
    <>
      <h1 class="hidden">{say(area.title)}</h1>
      {page && page.name === area.name ? <page.Page place={place} /> : null}
    </>
  );
}

function Menu({ me, current, onLanguage, onOut }: { me: Me; current: string; onLanguage: () => void; onOut: () => void }) {
  const [dense, setDense] = useState(() => localStorage.getItem("paring.dense") === "yes");
  useEffect(() => {
    document.documentElement.classList.toggle("dense", dense);
    localStorage.setItem("paring.dense", dense ? "yes" : "no");
  }, [dense]);
  return (
    <header class="top">
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>
        {say({ ko: "본문으로", en: "To the content" })}
      </a>
      <nav aria-label={say({ ko: "메뉴", en: "Menu" })}>
        {areas.filter((area) => area.roles.includes(me.role)).map((area) => (
          <a key={area.name} href={linkTo(area.name)} aria-current={area.name === current ? "page" : undefined}>
            {say(area.title)}
          </a>
        ))}
      </nav>
      <div class="who">
        <span>
          {me.name} <small>{roleWords[me.role] ? say(roleWords[me.role]!) : me.role}</small>
        </span>
        <Button kind="quiet" onClick={onLanguage} lang={speaks() === "ko" ? "en" : "ko"}>
          {speaks() === "ko" ? "English" : "한국어"}
        </Button>
        <Button kind="quiet" aria-pressed={dense} onClick={() => setDense(!dense)}>
          {say({ ko: "촘촘히", en: "Dense" })}
        </Button>
        <Button kind="quiet" onClick={onOut}>
          {say({ ko: "로그아웃", en: "Sign out" })}
        </Button>
      </div>
    </header>
  );
}

// `ended`: the session has, and the page waits beneath the sign-in with all that was typed.
type State = { kind: "asking" } | { kind: "out" } | { kind: "in"; me: Me; bot: Bot; ended: boolean };

// Keys that are on their way belong to what is being typed: a sign-in that opened under them would take them for a name.
const QUIET_MS = 1500;
let typedAt = -QUIET_MS;
for (const kind of ["keydown", "input"]) addEventListener(kind, () => void (typedAt = performance.now()), true);

// It opens at the first pause. Nothing of the page is to be seen from then on, and Escape does not open it.
function Again({ onDone }: { onDone: (me: Me) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let timer = 0, on: HTMLElement | null = null;
    const open = () => {
      const left = typedAt + QUIET_MS - performance.now();
      if (left > 0) timer = window.setTimeout(open, left);
      else {
        on = document.activeElement as HTMLElement | null;
        dialog.current!.showModal();
      }
    };
    open();
    return () => { clearTimeout(timer); on?.focus?.(); };
  }, []);
  return (
    <dialog ref={dialog} class="again" aria-label={say({ ko: "다시 로그인", en: "Sign in again" })} onCancel={(event) => event.preventDefault()} onKeyDown={(event) => event.stopPropagation()}>
      <Login again onDone={onDone} />
    </dialog>
  );
}

function Console() {
  const [state, set] = useState<State>({ kind: "asking" });
  const [error, setError] = useState("");
  const [, redraw] = useState(0);
  const place = usePlace();

  const enter = async (me: Me) => {
    sessionBegin(me.csrf, () => set((was) => (was.kind === "in" ? { ...was, ended: true } : { kind: "out" })), me.name);
    const bot = await get<Bot>("/api/bot");
    languageBegin(bot.language);
    set({ kind: "in", me, bot, ended: false });
    dispatchEvent(new Event("paring:signed-in"));
  };
  useEffect(() => {
    languageBegin(navigator.language.startsWith("en") ? "en" : "ko");
    get<Me>("/api/me").then(enter).catch((failure) => (failure.status === 401 ? set({ kind: "out" }) : setError(failure.message)));
  }, []);

  if (error) return <Trouble of={error} />;
  if (state.kind === "asking") return null;
  if (state.kind === "out") return <Login again={false} onDone={(me) => void enter(me).catch((failure) => setError(failure.message))} />;

  const { me, bot, ended } = state;
  const allowed = areas.filter((area) => area.roles.includes(me.role));
  const area = [...areas, ...others].find((one) => one.name === place.area);
  if (!area && allowed[0]) {
    if (place.area === "") go(linkTo(allowed[0].name), true);
  }
  const out = async () => {
    await post("/api/logout").catch(() => {});
    sessionBegin("", () => {});
    set({ kind: "out" });
  };
  const refresh = async () => set({ kind: "in", me, bot: await get<Bot>("/api/bot"), ended: false });
  return (
    <SessionContext.Provider value={{ me, bot, refresh }}>
      <Menu me={me} current={place.area} onOut={() => void out()} onLanguage={() => { languageSet(speaks() === "ko" ? "en" : "ko"); redraw((n) => n + 1); }} />
      <main id="content" tabIndex={-1} key={`${me.name} ${speaks()}`}>
        {area ? <Opened area={area} me={me} /> : <Empty title={say({ ko: "이런 주소는 없습니다.", en: "There is nothing at this address." })} />}
      </main>
      <Toasts />
      {ended && <Again onDone={(now) => void enter(now).catch((failure) => setError(failure.message))} />}
    </SessionContext.Provider>
  );
}

render(<Console />, document.getElementById("page")!);
