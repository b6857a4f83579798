// The lead's figures, compliance's questions, operations' switches.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { WORD, accessible, desk, phone, run, shot, signIn } from "./console.js";

const visit = (page, hash) => page.evaluate((to) => void (location.hash = to), hash);
const saved = async (page, act) => {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return readFileSync(await file.path(), "utf8");
};
const ask = (page, path) => page.evaluate(async (from) => (await fetch(from)).json(), path);
// As an input method types: what is composed, then what became of it.
async function compose(page, field, text) {
  await page.focus(field);
  const client = await page.context().newCDPSession(page);
  for (const letter of text) {
    await client.send("Input.imeSetComposition", { text: letter, selectionStart: 1, selectionEnd: 1 });
    await client.send("Input.insertText", { text: letter });
  }
}

await run({
  async lead(browser) {
    const page = await signIn(browser, "lead", {}, "#/lead");
    await page.waitForSelector(".tile");
    assert.match(await page.innerText("[role=group][aria-label='상담원 없이 끝난 대화']"), /95 % 구간/);
    assert.match(await page.innerText("[role=group][aria-label='아낀 비용']"), /건 × 1건 4,200원 − AI/);
    const turns = Number((await page.innerText("[role=group][aria-label='턴'] .value")).replace(/,/g, ""));
    assert.ok(turns > 400 && turns < 500, `28 days of 56: ${turns}`);
    assert.equal(await page.locator(".plot canvas").count(), 4);
    await page.click("text=표로 보기 >> nth=0");
    assert.equal(await page.locator("details[open] tbody tr").count(), 28);
    // … whose numbers open their turns, and are large enough to be hit
    const cells = page.locator("details[open] tbody a");
    const small = await cells.evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24).length);
    assert.ok(await cells.count() > 56 && small === 0, `${await cells.count()} links, ${small} too small`);
    await accessible(page, "a chart's table");
    await shot(page, "lead-chart-table");
    const first = page.locator("details[open] tbody td a").first();
    const said = Number((await first.innerText()).replace(/,/g, ""));
    await first.click();
    await page.waitForSelector(`text=모두 ${said}턴입니다`);
    await page.goBack();
    await page.waitForSelector(".tile");
    await page.click("text=상담원 없이 끝난 턴 보기");
    await page.waitForSelector(".turns > li");
    assert.ok(await page.getByLabel("상담원 없이 끝난 대화만").isChecked());
    assert.equal(await page.locator(".turns .badge.warn").count(), 0, "nobody was promised a person in these");
    await page.goBack();
    await page.waitForSelector(".tile");
    // A longer period, and the same as a sheet
    await page.click("role=button[name='90일']");
    await page.waitForFunction(() => document.querySelector("[role=group][aria-label='턴'] .value").textContent === "901");
    const figures = await saved(page, () => page.click("text=CSV 내려받기"));
    assert.ok(figures.startsWith("\ufeffday,turns,") && figures.trim().split("\n").length === 91, figures.slice(0, 200));
    // What was not answered, in groups; one opens just its turns
    await page.waitForSelector("text=아직 모으지 않았습니다");
    await page.click("role=button[name='모으기']");
    await page.waitForSelector("ol.groups li", { timeout: 60000 });
    assert.match(await page.innerText("[aria-labelledby=unanswered-groups]"), /에 모음 · 모든 기간의/);
    const behind = Number((await page.innerText("ol.groups li >> nth=0 >> a")).replace(/[^0-9]/g, ""));
    assert.equal(await page.getAttribute("text=할 일 목록에서 처리하기", "href"), "#/release/unanswered");
    await accessible(page, "groups");
    await page.click("ol.groups li >> nth=0 >> a");
    await page.waitForSelector("text=답하지 못한 묶음 하나");
    await page.waitForSelector(".turns > li");
    const group = await saved(page, () => page.click("text=CSV 내려받기"));
    assert.equal(group.trim().split("\n").length, behind + 1, "all of the group's turns");
    await page.waitForSelector(`text=${behind}턴을 모두 담았습니다`);
    await page.goBack();
    await page.waitForSelector(".tile");
    // Every number opens its turns
    await page.click("[role=group][aria-label='잘못된 답변 신고, 1,000턴당'] a.open");
    await page.waitForSelector("text=모두 15턴입니다");
    assert.equal(await page.locator(".turns > li").count(), 15);
    assert.equal(await page.locator(".turns b").count(), 0, "what customers write is text");
    await page.click("text=잘못된 답변만");
    await page.waitForSelector("text=더 있습니다");
    await page.click("text=더 보기");
    await page.waitForFunction(() => document.querySelectorAll(".turns > li").length === 50);
    await page.selectOption("select >> nth=0", "handoff");
    await page.waitForSelector(".turns >> text=의도 없음");
    await page.selectOption("select >> nth=0", "scripted");
    await compose(page, "input[type=search]", "얼마예요");
    await page.press("input[type=search]", "Enter");
    await page.waitForFunction(() => {
      const found = [...document.querySelectorAll(".turns .said")].map((one) => one.textContent);
      return location.hash.includes("q=") && found.length > 0 && found.every((text) => text.includes("얼마예요"));
    });
    const sheet = await saved(page, () => page.click("text=CSV 내려받기"));
    assert.ok(sheet.startsWith("\ufeffturn,at,") && sheet.includes("얼마예요"), sheet.slice(0, 300));
    // A page that is long in coming does not take the place of the one that was asked for after it
    let came;
    const late = new Promise((resolve) => (came = resolve));
    await page.route("**/assets/*.js", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
      came();
    });
    await page.click(".turns a >> nth=0");
    await page.waitForFunction(() => location.hash.startsWith("#/turn/turn"));
    await visit(page, "#/lead/turns");
    await late;
    await page.waitForTimeout(300);
    await visit(page, "#/lead/evaluations");
    await page.waitForSelector("text=사용 중");
  },

  async empty(browser) {
    const page = await signIn(browser, "lead", { viewport: phone }, "#/lead");
    await page.waitForSelector("text=이 기간에는 턴이 없습니다");
    await accessible(page, "no turns");
    await shot(page, "lead-empty");
    for (const [hash, text] of [["turns", "이 조건에 맞는 턴이 없습니다"], ["evaluations", "평가 이력"]]) {
      await visit(page, `#/lead/${hash}`);
      await page.waitForSelector(`text=${text}`);
      await accessible(page, hash);
    }
    for (const [hash, text] of [["egress", "외부로 나간 글이 없습니다"], ["retention", "삭제한 기록이 없습니다"]]) {
      await visit(page, `#/compliance/${hash}`);
      await page.waitForSelector(`text=${text}`);
      await accessible(page, hash);
    }
  },

  async compliance(browser) {
    const page = await signIn(browser, "lead", {}, "#/compliance");
    await page.waitForSelector("text=고객의 말");
    await compose(page, "input >> nth=0", "약관대출 금리 알려줘");
    await page.press("input >> nth=0", "Enter");
    await page.waitForSelector(".quote");
    const told = await page.innerText(".quote");
    assert.ok(told.length > 5 && /배포본/.test(await page.innerText("dl.pairs")), told);
    await page.fill("input[type=datetime-local]", "2020-01-01T09:00");
    await page.click("text=그때의 답변 보기");
    await page.waitForSelector("text=그때는 게시된 배포본이 없었습니다");
    // One customer's conversation
    await page.click(".tabs >> text=고객의 대화");
    await compose(page, "input >> nth=0", "손님-7");
    await page.press("input >> nth=0", "Enter");
    await page.waitForSelector("text=모두 3턴입니다");
    // Who was told
    await page.click(".tabs >> text=누가 들었나");
    await page.selectOption("select", "figure");
    await page.fill("input >> nth=0", (/[\d.]+%/.exec(told) ?? ["4.8%"])[0]);
    await page.click("role=button[name='찾기']");
    await page.waitForFunction(() => /개 대화/.test(document.querySelector(".found")?.textContent ?? ""));
    const sheet = await saved(page, () => page.click("text=CSV 내려받기"));
    assert.ok(sheet.split("\r\n").length > 400, `everybody, not a page of them: ${sheet.split("\r\n").length}`);
    // Approvals, by the answer that a turn names
    await visit(page, "#/compliance/approvals?answer=nothing");
    await page.waitForSelector("text=there is no answer of that id");
    await page.fill("input >> nth=0", (await ask(page, "/api/turns?route=scripted&limit=1")).rows[0].answer);
    await page.click("role=button[name='내역 보기']");
    await page.waitForSelector("text=명령줄에서 들어왔습니다");
    await page.click(".tabs >> text=외부로 나간 글");
    await page.click("text=보낸 글 보기 >> nth=0");
    await page.waitForSelector("text=<연 4.8%>");
    await page.click("text=더 보기");
    await page.waitForFunction(() => document.querySelectorAll(".turns > li").length === 30);
    await page.click(".tabs >> text=보관과 삭제");
    await page.waitForSelector("text=400일");
    await page.click(".tabs >> text=감사 기록");
    await page.click("text=사슬 검증");
    await page.waitForSelector("text=모두 온전합니다");
  },

  async operations(browser) {
    const page = await signIn(browser, "administrator", { viewport: desk }, "#/operations");
    await page.waitForSelector("text=정상");
    await page.click("text=모델 모두 끄기");
    await accessible(page, "the switch asks");
    await page.keyboard.press("Escape");
    assert.equal((await ask(page, "/api/operations")).models.off, false);
    await page.click("text=모델 모두 끄기");
    await page.click("dialog >> role=button[name='끄기']");
    await page.waitForSelector("text=모델 다시 켜기");
    assert.equal((await ask(page, "/api/operations")).models.off, true);
    await page.click("text=모델 다시 켜기");
    await page.click("dialog >> role=button[name='켜기']");
    await page.waitForSelector("text=모델 모두 끄기");
    await page.click("text=지금 백업");
    await page.waitForSelector("text=복원 확인");
    // People
    await page.click(".tabs >> text=사람");
    await page.click("text=새 계정");
    await page.fill("dialog input >> nth=0", "kim");
    await page.selectOption("dialog select", "writer");
    await page.fill("dialog input[type=password]", WORD);
    await accessible(page, "a new account");
    await page.click("dialog >> role=button[name='만들기']");
    await page.waitForSelector("li[data-name=kim]");
    await page.click("role=button[name='kim 막기']");
    await page.click("dialog >> role=button[name='막기']");
    await page.waitForSelector("role=button[name='kim 다시 열기']");
    await page.click("role=button[name='administrator 막기']");
    await page.click("dialog >> role=button[name='막기']");
    await page.waitForSelector("dialog >> text=this is the last administrator");
    await page.keyboard.press("Escape");
    await page.click("role=button[name='agent 바꾸기']");
    await page.selectOption("dialog select", "lead");
    await page.click("dialog >> role=button[name='바꾸기']");
    await page.waitForFunction(() => !document.querySelector("dialog"));
    await page.waitForSelector("li[data-name=agent] >> text=책임자");
  },

  async looks(browser) {
    for (const [colorScheme, viewport] of [["light", desk], ["dark", desk], ["light", phone], ["dark", phone]]) {
      const page = await signIn(browser, "lead", { colorScheme, viewport }, "#/lead");
      const look = async (hash, text, name, act) => {
        await visit(page, hash);
        await page.waitForSelector(text);
        if (act) await act();
        await shot(page, `${name}-${colorScheme}-${viewport.width}`);
        await accessible(page, `${name} ${colorScheme} ${viewport.width}`);
      };
      await look("#/lead", ".plot canvas", "lead");
      await page.locator(".charts").scrollIntoViewIfNeeded();
      await page.evaluate(() => document.querySelector(".charts").scrollIntoView());
      await shot(page, `charts-${colorScheme}-${viewport.width}`);
      await look("#/lead/turns", ".turns li", "turns");
      await look("#/lead/evaluations", "text=평가 이력", "evaluations");
      await look("#/compliance", "text=고객의 말", "asof", async () => {
        await page.fill("input >> nth=0", "약관대출 금리 알려줘");
        await page.click("text=그때의 답변 보기");
        await page.waitForSelector(".quote");
      });
      await look("#/compliance/recall?figure=4.8%25", "text=누가 들었나", "recall");
      await look("#/compliance/egress", ".turns li", "egress");
      await look("#/compliance/retention", "text=보관 기간", "retention");
      await look("#/compliance/audit", "tbody tr", "audit");
      await look("#/operations", "text=정상", "operations");
      await page.context().close();
      const root = await signIn(browser, "administrator", { colorScheme, viewport }, "#/operations/users");
      await root.waitForSelector(".people li");
      await shot(root, `users-${colorScheme}-${viewport.width}`);
      await accessible(root, `users ${colorScheme} ${viewport.width}`);
      await root.context().close();
    }
  },
});
