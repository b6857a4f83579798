// A writer works on facts: a contradiction is told at once, a rate table is edited by keys and by pasting, a proposal is taken, a day is asked.
import assert from "node:assert/strict";
import { accessible, phone, run, shot, signIn } from "./console.js";

async function compose(page, syllable, text) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Input.imeSetComposition", { text: syllable, selectionStart: 1, selectionEnd: 1 });
  await cdp.send("Input.insertText", { text });
}

// As Ctrl+V with this on the clipboard.
const paste = (page, text) => page.evaluate((pasted) => {
  const data = new DataTransfer();
  data.setData("text/plain", pasted);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}, text);

const cell = (page, keys) => page.getByRole("button", { name: `${keys}: ` });
const go = (page, hash) => page.goto(page.url().replace(/#.*/, hash));

await run({
  async facts(browser) {
    const page = await signIn(browser, "writer", {}, "#/writer/facts");
    await page.waitForSelector("tbody tr");
    await accessible(page, "the facts");
    await shot(page, "facts-list");
    const search = page.getByLabel("찾기", { exact: false });
    await search.focus();
    await compose(page, "ㅁ", "meteor-old");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=meteor-old/);
    await page.getByRole("status").getByText("1개", { exact: true }).waitFor();

    await go(page, "#/writer/new/statements");
    await page.getByLabel("대상", { exact: true }).fill("shard");
    await page.getByLabel("속성", { exact: true }).fill("limit");
    await page.getByLabel("단위", { exact: true }).fill("원");
    await page.getByLabel("시행일", { exact: true }).fill("2026-06-01");
    await page.getByLabel("근거", { exact: true }).fill("meteor#제2조");
    await page.locator(".error", { hasText: "‘값’ 칸이" }).waitFor(); // in Korean, not "value is missing"
    await page.getByLabel("값", { exact: true }).fill("400000");
    const alarm = page.locator(".trouble[role=alert]", { hasText: "값이 같은 날 둘입니다" });
    await alarm.waitFor();
    const told = await alarm.innerText();
    assert.match(told, /운석 파편 × 보상한도/);
    assert.match(told, /s1 = 300,000원/);
    assert.match(told, /새 행\(초안\) = 400,000원/);
    await page.locator("blockquote", { hasText: "30만원" }).waitFor();
    await accessible(page, "a contradiction");
    await shot(page, "facts-contradiction");
    await page.getByLabel("시행일", { exact: true }).fill("2024-01-01");
    await page.getByLabel("종료일", { exact: true }).fill("2024-12-31");
    await page.getByText("어긋나는 것이 없습니다").waitFor();

    await go(page, "#/writer/edit/entities/shard");
    await page.getByText("‘운석’은(는) 여러 대상의 이름입니다").waitFor();
    await accessible(page, "a shared name");
    await shot(page, "facts-entity");
    await go(page, "#/writer/facts/wrong");
    await page.getByText("여러 대상의 이름 1개").waitFor();
    await accessible(page, "what does not fit");
    await shot(page, "facts-wrong");

    await go(page, "#/writer/facts/ask");
    const question = page.getByLabel("고객의 질문");
    await question.focus();
    await compose(page, "파", "파편 보상한도");
    await page.getByLabel("기준일", { exact: false }).fill("2024-06-01");
    await page.getByRole("button", { name: "물어보기" }).click();
    await page.getByText("사실에서 찾는 대답이 없습니다").waitFor(); // the release had nothing on that day
    await page.locator(".bubble", { hasText: "400,000원" }).waitFor(); // and the draft has
    await page.getByText("그날 시행 중이 아닌 문서").waitFor();
    await accessible(page, "asking of a day");
    await shot(page, "facts-ask");

    await go(page, "#/writer/facts/proposals");
    await page.locator("h2", { hasText: "운석 파편 × 대기일 = 30일" }).waitFor();
    await accessible(page, "proposals");
    await shot(page, "facts-proposals");
    await page.locator("li", { hasText: "운석 파편 × 대기일" }).getByRole("button", { name: "초안으로 받기" }).click();
    await page.getByRole("link", { name: "초안 열기" }).waitFor();
    await page.locator("li", { hasText: "운석 낙하 × 대기일" }).getByRole("button", { name: "거절" }).click();
    await page.getByRole("link", { name: "거절한 것 1개" }).click();
    await page.getByRole("button", { name: "되돌리기" }).click();
    await page.getByText("거절한 제안이 없습니다").waitFor();
  },

  async rates(browser) {
    const page = await signIn(browser, "writer", {}, "#/writer/facts/rates");
    await page.getByRole("link", { name: "premium" }).click();
    await cell(page, "age=30;sex=m").click();
    await accessible(page, "a rate table");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), await page.evaluate(() => document.querySelector(".cell.active input").getAttribute("aria-label")));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("31500");
    await page.keyboard.press("Enter");
    await page.getByText("초안으로 저장됨").waitFor();
    await page.locator("td.drafted").waitFor();
    assert.match(await page.locator("td.drafted").innerText(), /31,500/);
    await shot(page, "rates-edited");
    await page.keyboard.press("Control+KeyZ");
    await page.getByText("되돌렸습니다").waitFor();
    await page.locator("td.drafted").waitFor({ state: "detached" });

    await cell(page, "age=30;sex=m").click(); // Enter ends the syllable and then the cell: nothing of it is lost
    await compose(page, "없", "없음");
    await page.keyboard.press("Enter");
    await page.locator("td.drafted", { hasText: "없음" }).waitFor();
    await page.getByRole("button", { name: "되돌리기" }).click();
    await page.locator("td.drafted").waitFor({ state: "detached" });

    await page.getByLabel("고치면 이 날부터", { exact: false }).fill("2027-01-01");
    await cell(page, "age=30;sex=f").click();
    await paste(page, '33,000원\t"33500"\n30\t30\n30\t30\n30\t30\n');
    const dialog = page.getByRole("dialog");
    await dialog.getByText("고친 행", { exact: false }).waitFor();
    await dialog.getByText("표 밖으로 나간 2칸은 뺐습니다").waitFor();
    await accessible(page, "what pasting would change");
    await shot(page, "rates-paste");
    await dialog.getByRole("button", { name: /개를 내 초안으로/ }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("내 초안", { exact: false }).first().waitFor();
    await page.getByLabel("이 날의 값 보기").fill("2027-02-01");
    await page.locator("td.drafted", { hasText: "33,500" }).waitFor();
    await page.getByLabel("이 날의 값 보기").fill("2026-12-31");
    await page.locator("td.drafted", { hasText: "30,000" }).waitFor();
    await accessible(page, "a rate table with drafts");
    await shot(page, "rates-drafts");
    await page.getByRole("button", { name: "되돌리기" }).click(); // the whole block at once
    await page.getByText("되돌렸습니다").waitFor();
    await page.locator("td.drafted").first().waitFor({ state: "detached" });

    const small = await signIn(browser, "writer", { viewport: phone, colorScheme: "dark" }, "#/writer/facts");
    for (const [where, until, name] of [["#/writer/facts", "tbody tr", "facts"], ["#/writer/facts?kind=entities", "tbody tr", "entities"], ["#/writer/facts/rates", ".cards a", "tables"], ["#/writer/facts/rates/premium", ".rate-grid td", "rates"], ["#/writer/facts/wrong", "h2", "wrong"],
      ["#/writer/facts/proposals", "li.panel", "proposals"], ["#/writer/facts/ask", ".filters", "ask"], ["#/writer/edit/statements/s1", "blockquote", "statement"]]) {
      await go(small, where);
      await small.waitForSelector(until);
      await accessible(small, `${name} on a phone, dark`);
      await shot(small, `facts-${name}-phone`);
    }
  },

  async refused(browser) {
    const page = await signIn(browser, "writer", {}, "#/writer/workbook");
    await page.setInputFiles("input[type=file]", process.env.BOOK);
    await page.getByText("‘시행일’은(는) 2026-11-23 같은 날짜이거나 비어 있어야 합니다.").waitFor();
    await page.getByText("‘값’ 칸이").waitFor();
    await accessible(page, "refused rows");
    await shot(page, "workbook-refused");
    await page.getByRole("button", { name: "English" }).click();
    await page.setInputFiles("input[type=file]", process.env.BOOK);
    await page.getByText("effective_from must be a date like 2026-11-23, or empty").waitFor();
    await page.setInputFiles("input[type=file]", { name: "x.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("no workbook") });
    await page.locator(".trouble").waitFor();
  },
});
