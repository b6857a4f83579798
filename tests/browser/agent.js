// An agent with a caller on the line, and customers waiting.
import assert from "node:assert/strict";
import { BASE, accessible, desk, forgive, phone, run, shot, signIn } from "./console.js";

const turn = (text, conversation) =>
  fetch(`${BASE}/v1/turns`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ conversation, text }) }).then((reply) => reply.json());
const MARKUP = '<img src=x onerror="document.title=1"> 피자 시켜 줘';

await run({
  async looks(browser) {
    for (const [colorScheme, viewport] of [["light", desk], ["dark", desk], ["light", phone], ["dark", phone]]) {
      const about = `agent ${colorScheme} ${viewport.width}`;
      const page = await signIn(browser, "agent", { colorScheme, viewport }, "#/agent");
      await page.waitForSelector(".ticket");
      await page.fill("#said", "대출 이율 좀 알려줘요");
      await page.waitForSelector(".card .said");
      await accessible(page, about);
      await shot(page, `agent-${colorScheme}-${viewport.width}`);
      await page.click(".ticket");
      await page.waitForSelector(".talk li");
      await accessible(page, `${about} talk`);
      await shot(page, `agent-talk-${colorScheme}-${viewport.width}`);
      await page.click("text=왜 이렇게 답했나");
      await page.waitForSelector(".why dl");
      await page.click("text=대화 전체 보기");
      await page.waitForSelector(".why .talk li");
      await accessible(page, `${about} turn`);
      await shot(page, `turn-${colorScheme}-${viewport.width}`);
      await page.context().close();
    }
  },

  async types(browser) {
    const page = await signIn(browser, "agent", { permissions: ["clipboard-read", "clipboard-write"] }, "#/agent");
    const cdp = await page.context().newCDPSession(page);
    await page.waitForFunction(() => document.activeElement.id === "said");
    await cdp.send("Input.insertText", { text: "대출 이율 궁금해" });
    for (const text of ["ㅇ", "요"]) await cdp.send("Input.imeSetComposition", { text, selectionStart: 1, selectionEnd: 1 });
    await page.waitForSelector("text=예문과 같음"); // while the last syllable is still composed
    await cdp.send("Input.insertText", { text: "요" });
    await page.keyboard.press("Alt+1");
    await page.waitForSelector("text=복사했습니다");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "지금 이율은 연 4.5%입니다.");
    await page.fill("#said", "");
    for (const letter of "보험금 청구 서류 알려 주세요") await page.keyboard.type(letter, { delay: 20 });
    await page.waitForSelector("text=보험금 청구 서류 >> nth=0");
    await page.waitForTimeout(200);
    const took = (await page.evaluate(() => performance.getEntriesByName("paring.suggest").map((one) => one.duration))).sort((a, b) => a - b);
    console.log("keystroke to paint, ms: median", took[took.length >> 1].toFixed(1), "worst", took.at(-1).toFixed(1), "of", took.length);
    assert.ok(took[took.length >> 1] < 50, String(took));
    await page.keyboard.press("Alt+x");
    await page.fill("dialog input", "보험 해지");
    await page.fill("dialog textarea", "<b>해지</b> 문의였음");
    await page.getByRole("button", { name: "알리기", exact: true }).click();
    await page.waitForSelector("text=할 일 1번");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Shift+Slash");
    await page.waitForSelector("dialog >> text=상담원 안내");
    await accessible(page, "guide");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement.id === "said");
  },

  async helps(browser) {
    const page = await signIn(browser, "agent", {}, "#/agent");
    await page.waitForSelector("text=기다리는 고객이 없습니다");
    const asked = await turn(MARKUP, "c9");
    await page.waitForSelector(".ticket");
    await page.waitForFunction(() => document.title.startsWith("(1)"));
    await page.click(".ticket");
    await page.route("**/api/handoffs/claim", (route) => route.fulfill({ status: 409, json: { error: { code: "conflict", message: "another agent has it, or it has ended" } } }));
    await page.click("text=맡기");
    await page.waitForSelector("text=다른 상담원이 맡았거나 이미 끝난 상담입니다"); // another's click came first
    await page.unroute("**/api/handoffs/claim");
    await page.click("button:text-is('맡기')");
    const box = page.locator("aside textarea");
    await box.waitFor();
    assert.ok((await page.locator(".talk .by-customer .said").first().innerText()).includes("<img src=x"));
    assert.equal(await page.locator(".talk img").count(), 0, "markup is text");
    await turn("여보세요", "c9");
    await page.waitForSelector("text=여보세요");
    await page.fill("#said", "대출 이율 궁금해요");
    await page.click("text=답장에 넣기 >> nth=0");
    assert.equal(await box.inputValue(), "지금 이율은 연 4.5%입니다.");
    const cdp = await page.context().newCDPSession(page);
    await box.focus();
    await cdp.send("Input.imeSetComposition", { text: "네", selectionStart: 1, selectionEnd: 1 });
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: 229, key: "Process", code: "Enter" });
    await page.waitForTimeout(100);
    assert.equal(await page.locator(".talk li.by-agent").count(), 0, "nothing goes while a syllable is composed");
    await cdp.send("Input.insertText", { text: "네" });
    await page.waitForSelector(".talk li.by-agent");
    const [reply, line] = await Promise.all([".talk li.by-agent", ".talk li.by-agent .said"].map((of) => page.locator(of).boundingBox()));
    assert.ok(reply.height < 120 && line.width > reply.width / 2, `one's own reply is read across: ${reply.width} × ${reply.height}, its words ${line.width}`);
    assert.match(await page.locator(".talk li.by-agent .said").innerText(), /^지금 이율은 연 4\.5%입니다\.네$/);
    await page.click("text=봇에게 돌려주기");
    await page.waitForSelector("text=기다리는 고객이 없습니다");
    assert.equal((await turn("대출 이율 궁금해요", "c9")).reply.text, "지금 이율은 연 4.5%입니다.");
    await page.goto(`${BASE}/#/turn/${asked.turn}`);
    await page.waitForSelector("text=한 글자도 다르지 않음");
    assert.equal(await page.locator("main img").count(), 0);
  },

  // A proxy that lets no stream of events through: the queue and a conversation that is open come up to date all the same. Nothing is
  // reloaded and what is being written stays.
  async polls(browser) {
    const page = await signIn(browser, "agent", {}, "#/nothing");
    let streams = 0, asked = 0;
    await page.route("**/api/handoffs/events*", (route) => (streams++ % 2 ? route.abort() : route.fulfill({ status: 502, body: "" })));
    page.on("request", (request) => (asked += new URL(request.url()).pathname === "/api/handoffs"));
    await page.evaluate(() => void (location.hash = "#/agent"));
    await page.waitForSelector("text=기다리는 고객이 없습니다");
    await page.waitForTimeout(1000);
    assert.ok(streams > 0, "the stream was tried");
    await turn("피자 시켜 줘", "c9");
    await page.waitForSelector(".ticket", { timeout: 12000 });
    assert.match(await page.innerText(".ticket"), /c9/);
    assert.ok(asked >= 2, String(asked));
    await page.click(".ticket");
    await page.click("text=맡기");
    await page.fill("aside textarea", "쓰던 답장");
    await turn("아직 계세요?", "c9");
    await page.waitForSelector(".talk >> text=아직 계세요?", { timeout: 12000 });
    assert.equal(await page.inputValue("aside textarea"), "쓰던 답장");
    // The way is open again: what happens is told at once, not at the next look
    await page.unroute("**/api/handoffs/events*");
    const open = page.waitForResponse((reply) => reply.url().includes("/api/handoffs/events") && reply.status() === 200, { timeout: 25000 });
    await open;
    const began = Date.now();
    await turn("여보세요", "c9");
    await page.waitForSelector(".talk >> text=여보세요", { timeout: 4000 });
    forgive(/^Failed to load resource: (net::ERR_FAILED|the server responded with a status of 502)/);
  },

  // Why a person is wanted, in the language of whoever looks.
  async reasons(browser) {
    for (const text of ["피자 시켜 줘", "ㅁㄴㅇㄹ ㅋㅋ", "???", "해지할래요 상담원 바꿔 주세요"]) await turn(text, `왜-${text.length}`);
    const page = await signIn(browser, "agent", {}, "#/agent");
    await page.waitForSelector(".ticket");
    const rows = await page.locator(".ticket").allInnerTexts();
    console.log(rows.join("\n"));
    for (const row of rows) assert.doesNotMatch(row, /[a-z]{3,}|→|≥/, "no English and no codes");
    await page.click("role=button[name='English']");
    await page.waitForSelector("text=Handoffs");
    for (const row of await page.locator(".ticket").allInnerTexts()) assert.doesNotMatch(row.replace(/왜-\d+|pizza/g, ""), /[가-힣]{4,}/);
  },

  // What a model writes is marked figure by figure, and is gone when the question is another.
  async drafts(browser) {
    const page = await signIn(browser, "agent");
    await page.fill("#said", "재발급 수수료는 얼마인가요");
    await page.getByRole("button", { name: "AI 초안 받기" }).click();
    await page.waitForSelector(".drafted .figure.found >> text=2,000원");
    assert.match(await page.innerText(".drafted .figure.unfound >> nth=0"), /7일.*근거 없음/s);
    assert.match(await page.innerText(".drafted"), /문서에 없는 숫자/);
    assert.equal(await page.locator(".drafted a").count(), 0);
    await accessible(page, "a draft");
    await shot(page, "draft");
    await page.fill("#said", "재발급 수수료는 얼마인가요?");
    await page.waitForSelector(".drafted", { state: "detached" });
  },
});
