// What another site writes into its page: <script src="https://BOT/chat/embed.js" async></script>. It adds a button, and the chat
// page in a frame once that is pressed. data-label names the button, data-side="left" moves it, data-lang="en" chooses the page's
// language. Of the page around only its language is read, and the browser shows the frame only on the sites that `chat_origins` names.
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script) return;
  const origin = new URL(script.src).origin;
  const korean = (document.documentElement.lang || navigator.language).startsWith("ko");
  const label = script.dataset.label || (korean ? "채팅 상담" : "Chat with us");
  const side = script.dataset.side === "left" ? "left" : "right";
  const layer = "2147483000";

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  Object.assign(button.style, {
    position: "fixed", bottom: "16px", [side]: "16px", zIndex: layer, minHeight: "48px", padding: "0 20px", border: "0", borderRadius: "24px",
    background: "#22577a", color: "#fff", font: "600 16px/1.2 system-ui, sans-serif", cursor: "pointer", boxShadow: "0 2px 10px rgba(0,0,0,.25)",
  });

  let frame: HTMLIFrameElement | null = null;
  const fit = () => {
    if (!frame) return;
    const small = innerWidth < 480;
    Object.assign(frame.style, small
      ? { inset: "0", width: "100%", height: "100%", borderRadius: "0" }
      : { inset: "auto", bottom: "80px", [side]: "16px", width: "400px", height: "min(640px, calc(100vh - 100px))", borderRadius: "16px" });
  };
  const make = () => {
    frame = document.createElement("iframe");
    frame.title = label;
    const lang = script.dataset.lang ? `&lang=${encodeURIComponent(script.dataset.lang)}` : "";
    frame.src = `${origin}/chat?embed=1${lang}`;
    Object.assign(frame.style, { position: "fixed", border: "0", zIndex: layer, boxShadow: "0 8px 32px rgba(0,0,0,.28)", background: "Canvas" });
    fit();
    document.body.append(frame);
  };
  const show = (open: boolean) => {
    if (open && !frame) make();
    if (frame) frame.hidden = !open;
    if (frame) frame.style.display = open ? "block" : "none";
    button.setAttribute("aria-expanded", String(open));
    if (open) frame?.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  addEventListener("resize", fit);
  addEventListener("message", (event) => {
    if (event.origin === origin && frame && event.source === frame.contentWindow && event.data === "paring:close") show(false);
  });
  const put = () => document.body.append(button);
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
})();
export {};
