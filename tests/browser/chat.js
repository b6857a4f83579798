// One function a story: a customer at the chat page, in chromium. Exits 0 when it went as it should. Anything that the browser complains
// of on the way (an error, a breach of the content security policy) is a failure too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const { BASE, HOST_PORT, CHROMIUM } = process.env;
const CANCEL = "보험 해지 궁금해요", CANCEL_REPLY = "해지는 앱에서 하실 수 있습니다.", PERSON = "피자 시켜 줘";
const complaints = [];

async function open(browser, options = {}, path = "/chat") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(BASE + path);
  await page.waitForSelector("#message");
  return page;
}
const answered = (page, n) => page.waitForFunction((count) => document.querySelectorAll(".theirs").length === count && !document.querySelector(".dots"), n);
const focused = (page) => page.waitForFunction(() => document.activeElement.id === "message");
async function say(page, text, n) {
  await page.fill("#message", text);
  await page.press("#message", "Enter");
  if (n) await answered(page, n);
}
const texts = (page, selector) => page.locator(selector).allInnerTexts();
const post = (path, body) =>
  fetch(BASE + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).then((reply) => reply.json());

const stories = {
  async accessible(browser) {
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    const phone = { width: 320, height: 640 }, desk = { width: 1280, height: 800 };
    for (const [lang, colorScheme, viewport] of [["ko", "light", phone], ["ko", "dark", desk], ["en", "dark", phone], ["en", "light", desk]]) {
      const page = await open(browser, { colorScheme, viewport }, `/chat?lang=${lang}`);
      await say(page, CANCEL, 1);
      await say(page, "서류 이자", 2);
      await say(page, PERSON, 3);
      await page.click("header button");
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(violations.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], `${lang} ${colorScheme} ${viewport.width}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the screen");
      await page.context().close();
    }
  },

  async composes(browser) {
    const page = await open(browser);
    const cdp = await page.context().newCDPSession(page);
    const enter = (code) => cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", windowsVirtualKeyCode: code, key: code === 229 ? "Process" : "Enter", code: "Enter" });
    await focused(page);
    await cdp.send("Input.insertText", { text: "보험 해지 궁금해" });
    await cdp.send("Input.imeSetComposition", { text: "요", selectionStart: 1, selectionEnd: 1 });
    await enter(229);
    await page.waitForTimeout(100);
    assert.deepEqual(await texts(page, ".mine .said"), [], "nothing goes while a syllable is composed");
    await cdp.send("Input.insertText", { text: "요" });
    await answered(page, 1);
    assert.deepEqual([await texts(page, ".mine .said"), await page.inputValue("#message")], [[CANCEL], ""]);
    // Composed to the end, then Enter; and the input method's Enter followed by a real one, as some systems tell it.
    await cdp.send("Input.imeSetComposition", { text: "네", selectionStart: 1, selectionEnd: 1 });
    await cdp.send("Input.insertText", { text: "네" });
    await enter(13);
    await answered(page, 2);
    await cdp.send("Input.imeSetComposition", { text: "왜", selectionStart: 1, selectionEnd: 1 });
    await enter(229);
    await cdp.send("Input.insertText", { text: "왜" });
    await enter(13);
    await answered(page, 3);
    assert.deepEqual(await texts(page, ".mine .said"), [CANCEL, "네", "왜"]);
    await page.fill("#message", "한 줄");
    await page.press("#message", "Shift+Enter");
    assert.equal(await page.inputValue("#message"), "한 줄\n");
  },

  async reloads(browser) {
    const page = await open(browser);
    const markup = '<img src=x onerror="document.title=1"><b>굵게</b>';
    await say(page, markup, 1);
    await say(page, CANCEL, 2);
    const before = await texts(page, ".entry");
    await page.reload();
    await answered(page, 2);
    assert.deepEqual(await texts(page, ".entry"), before);
    assert.equal(await page.locator(".log img, .log b").count(), 0, "markup is text");
    assert.ok(before[0].includes(markup));
    const kept = await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]);
    assert.deepEqual(kept, [1, 0, ""]);
    await page.getByRole("button", { name: "새 대화" }).click();
    await page.getByRole("button", { name: "새로 시작" }).click();
    assert.equal(await page.locator(".entry").count(), 0);
    await focused(page); // the button that had it is gone
    await say(page, CANCEL, 1);
    await say(page, "가".repeat(2001));
    assert.equal(await page.locator(".mine").count(), 1, "what is too long is not sent, and not lost");
    assert.ok((await page.locator("#count").innerText()).includes("2,000"));
  },

  async retries(browser) {
    const page = await open(browser);
    const ids = [];
    let left = 2;
    await page.route("**/chat/turns", async (route) => {
      ids.push(JSON.parse(route.request().postData()).message_id);
      if (left-- === 2) return route.fulfill({ status: 503, headers: { "Retry-After": "1" }, body: "{}" });
      const reply = await route.fetch(); // the server has it; its reply is lost on the way
      return left === 0 ? route.abort() : route.fulfill({ response: reply });
    });
    await say(page, CANCEL);
    await page.waitForSelector(".status.bad");
    await answered(page, 1);
    assert.equal(ids.length, 3);
    assert.equal(new Set(ids).size, 1, "each time with the same id");
    assert.equal(await page.locator(".status.bad").count(), 0, "the trouble is over");
    await page.unroute("**/chat/turns");
    page.on("request", (request) => request.method() === "POST" && ids.push(JSON.parse(request.postData()).message_id));
    await page.context().setOffline(true);
    await say(page, CANCEL);
    await page.waitForSelector(".status.bad");
    await page.context().setOffline(false);
    await answered(page, 2);
    assert.equal(new Set(ids).size, 2);
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.startsWith("Failed to load resource")));
  },

  async asks(browser) {
    const page = await open(browser);
    await page.route("**/chat/events*", (route) => route.fulfill({ status: 200, body: "" }));
    await say(page, PERSON, 1);
    await page.waitForSelector(".status.waiting");
    const [ticket] = (await fetch(`${BASE}/api/handoffs`).then((reply) => reply.json())).handoffs;
    const about = { handoff: ticket.handoff, agent: "kim" };
    await post("/api/handoffs/claim", about);
    await post("/api/handoffs/say", { ...about, text: "상담원입니다." });
    await page.waitForSelector(".agent");
    assert.equal(await page.locator(".agent .said").innerText(), "상담원입니다.");
  },

  async listens(browser) {
    const page = await open(browser);
    await say(page, PERSON, 1);
    await page.waitForSelector(".status.waiting");
    const [ticket] = (await fetch(`${BASE}/api/handoffs`).then((reply) => reply.json())).handoffs;
    const about = { handoff: ticket.handoff, agent: "kim" };
    await post("/api/handoffs/claim", about);
    await post("/api/handoffs/say", { ...about, text: "<i>안녕하세요</i>, 상담원입니다." });
    await page.waitForSelector(".agent");
    await page.waitForSelector(".status.claimed");
    assert.equal(await page.locator(".agent .said").innerText(), "<i>안녕하세요</i>, 상담원입니다.");
    for (let count = 2; count < 5; count++) {
      const began = Date.now();
      await post("/api/handoffs/say", { ...about, text: `${count}` });
      await page.waitForFunction((wanted) => document.querySelectorAll(".agent").length === wanted, count);
      assert.ok(Date.now() - began < 1500, "it is told, not asked for every three seconds");
    }
    await say(page, CANCEL);
    await page.waitForSelector(".dots", { state: "detached" });
    assert.equal(await page.locator(".theirs").count(), 5, "the bot says nothing meanwhile");
    await page.reload();
    await page.waitForSelector(".agent");
    await post("/api/handoffs/return", about);
    await page.waitForFunction(() => !document.querySelector(".status"));
    await say(page, CANCEL, 6);
  },

  async embeds(browser) {
    const site = createServer((_, reply) => {
      reply.setHeader("Content-Type", "text/html");
      reply.end(`<!doctype html><html lang="ko"><title>우리 회사</title><p>본문</p><script src="${BASE}/chat/embed.js" async></script></html>`);
    }).listen(Number(HOST_PORT), "127.0.0.1");
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`http://127.0.0.1:${HOST_PORT}/`);
    await page.getByRole("button", { name: "채팅 상담" }).click();
    const chat = page.frameLocator("iframe");
    await chat.locator("#message").fill(CANCEL);
    await chat.locator("#message").press("Enter");
    assert.equal(await chat.locator(".theirs .said").innerText(), CANCEL_REPLY);
    await chat.locator("#message").press("Escape");
    assert.equal(await page.locator("iframe").isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "채팅 상담", "the focus is back at the button");
    await page.goto(`http://localhost:${HOST_PORT}/`);
    await page.getByRole("button", { name: "채팅 상담" }).click();
    await page.waitForTimeout(500);
    assert.equal(await page.frameLocator("iframe").locator("#message").count(), 0, "a site that is not named sees nothing");
    site.close();
  },
};

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
try {
  await stories[process.argv[2]](browser);
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
