// A writer changes an answer and a reviewer approves it, in the console.
import assert from "node:assert/strict";
import { accessible, phone, run, shot, signIn } from "./console.js";

async function compose(page, text) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Input.imeSetComposition", { text: text.slice(-1), selectionStart: 1, selectionEnd: 1 });
  await cdp.send("Input.insertText", { text });
}

await run({
  async edit(browser) {
    const page = await signIn(browser, "writer", {}, "#/writer");
    await page.waitForSelector("[role=grid] a");
    await accessible(page, "the rows");
    await shot(page, "writer-rows");
    await page.locator("[role=grid] a").first().click();
    const text = page.getByLabel("내용", { exact: true });
    await text.fill("");
    await text.focus();
    await compose(page, "새로 쓴 답변입니다.");
    await page.getByText("초안으로 저장됨").waitFor();
    await page.locator(".bubble").getByText("새로 쓴 답변입니다.").waitFor();
    await accessible(page, "the editor");
    await shot(page, "writer-editor");
    await page.getByRole("button", { name: "초안 목록으로" }).click();
    await page.locator("ins").first().waitFor();
    await page.getByLabel("무엇을 왜", { exact: false }).fill("말투를 고침");
    await accessible(page, "the drafts");
    await shot(page, "writer-drafts");
    await page.getByRole("button", { name: "1개 검토 요청" }).click();
    await page.getByRole("heading", { name: "1. 말투를 고침" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "승인" }).count(), 0, "a writer does not approve");

    const reader = await signIn(browser, "reviewer", { viewport: phone, colorScheme: "dark" }, "#/writer/reviews/1");
    await reader.getByRole("button", { name: "승인" }).waitFor();
    await accessible(reader, "a review on a phone, dark");
    await shot(reader, "writer-review-phone");
    await reader.getByRole("button", { name: "승인" }).click();
    await reader.locator(".badge", { hasText: "승인" }).waitFor();
    for (const [where, name] of [["#/writer", "rows"], ["#/writer/edit/answers/cancel_policy-1", "editor"], ["#/writer/new/examples", "example"]]) {
      await reader.goto(reader.url().replace(/#.*/, where));
      await reader.waitForSelector(".filters, .editing");
      await accessible(reader, `${name} on a phone, dark`);
      await shot(reader, `writer-${name}-phone`);
    }
  },

  // Somebody else's change was approved over one's draft: who opens it is told at once, and merges, before typing anything.
  async merge(browser) {
    const where = "#/writer/edit/answers/cancel_policy-1";
    const write = async (name, text) => {
      const page = await signIn(browser, name, {}, where);
      await page.getByLabel("내용", { exact: true }).fill(text);
      await page.getByText("초안으로 저장됨").waitFor();
      return page;
    };
    const mine = await write("lead", "늦게 쓴 답변입니다.");
    const page = await write("writer", "먼저 쓴 답변입니다.");
    await page.getByRole("button", { name: "초안 목록으로" }).click();
    await page.getByLabel("무엇을 왜", { exact: false }).fill("먼저");
    await page.getByRole("button", { name: "1개 검토 요청" }).click();
    const reader = await signIn(browser, "reviewer", {}, "#/writer/reviews/1");
    await reader.getByRole("button", { name: "승인" }).click();
    await reader.locator(".badge", { hasText: "승인" }).waitFor();
    await mine.reload();
    await mine.getByText("writer 님이 그사이 고쳤습니다").waitFor();
    await accessible(mine, "a draft to merge");
    await shot(mine, "writer-merge");
    await mine.getByRole("radio", { name: /내 것/ }).check();
    await mine.getByRole("button", { name: "합치기" }).click();
    await mine.getByText("초안으로 저장됨").waitFor();
    await mine.reload();
    await mine.getByLabel("내용", { exact: true }).waitFor();
    assert.equal(await mine.getByLabel("내용", { exact: true }).inputValue(), "늦게 쓴 답변입니다.");
    assert.equal(await mine.getByText("그사이 고쳤습니다").count(), 0, "merged once is merged");
  },

  async workbook(browser) {
    const page = await signIn(browser, "writer", {}, "#/writer/workbook");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "엑셀 파일 내려받기" }).click()]);
    assert.equal(download.suggestedFilename(), "paring-workbook.xlsx");
    await page.setInputFiles("input[type=file]", { name: "x.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("no workbook") });
    await page.getByText("엑셀 파일(.xlsx)이 아닙니다").waitFor();
    await page.setInputFiles("input[type=file]", process.env.BOOK);
    await page.locator("ins", { hasText: "표에서" }).waitFor();
    assert.equal(await page.locator(".trouble").count(), 0);
    await accessible(page, "what the workbook changes");
    await shot(page, "writer-workbook");
    await page.keyboard.press("Tab");
    await page.locator("h2").first().click();
    await page.keyboard.press("Shift+Slash");
    await page.getByRole("heading", { name: "작성자 안내" }).waitFor();
    await accessible(page, "the writers' guide");
    await shot(page, "writer-guide");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "1개를 내 초안으로" }).click();
    await page.getByRole("heading", { name: "작성자 안내" }).waitFor({ state: "detached" });
    await page.waitForURL(/#\/writer\/drafts/);
    await page.locator("ins", { hasText: "표에서" }).waitFor();

    const small = await signIn(browser, "writer", { viewport: phone, colorScheme: "dark" }, "#/writer/workbook");
    await small.setInputFiles("input[type=file]", process.env.BOOK);
    await small.locator("ins", { hasText: "표에서" }).waitFor();
    await accessible(small, "a workbook on a phone, dark");
    await shot(small, "writer-workbook-phone");
  },
});
