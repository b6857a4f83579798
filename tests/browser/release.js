// Publishing and the work lists, as those who do it see them.
import assert from "node:assert/strict";
import { accessible, desk, phone, run, shot, signIn } from "./console.js";

const looks = [["light", desk], ["dark", phone], ["dark", desk], ["light", phone]];
const eachLook = async (browser, name, hash, ready, about) => {
  for (const [colorScheme, viewport] of looks) {
    const page = await signIn(browser, name, { colorScheme, viewport }, hash);
    await page.waitForSelector(ready);
    await accessible(page, `${about} ${colorScheme} ${viewport.width}`);
    await shot(page, `${about}-${colorScheme}-${viewport.width}`);
    await page.context().close();
  }
};
const LONG = { timeout: 90000 };

await run({
  async publish(browser) {
    const page = await signIn(browser, "reviewer", {}, "#/release");
    await page.waitForSelector("text=배포본 1로 답하고 있습니다");
    await page.click("text=시각 정해 게시");
    await page.click("button:has-text('예약')");
    await page.waitForSelector("text=에 시작합니다");
    await accessible(page, "scheduled");
    await shot(page, "publish-scheduled");
    await page.click("text=예약 취소");
    await page.waitForSelector("button:has-text('지금 게시')", LONG);
    await page.click("button:has-text('지금 게시')");
    await page.waitForSelector("text=배포본 2로 답하고 있습니다", LONG);
    await page.waitForSelector("text=게시할 변경이 없습니다", LONG);
    await shot(page, "publish-done");
    await page.click("text=배포본 1로 되돌리기");
    await accessible(page, "roll back");
    await page.click("dialog button:has-text('배포본 1로 되돌리기')");
    await page.waitForSelector("text=배포본 1로 답하고 있습니다", LONG);
    await page.waitForSelector("td:has-text('되돌리기 시작')", LONG);
    const writer = await signIn(browser, "writer", {}, "#/release");
    await writer.waitForSelector("text=배포본 1로 답하고 있습니다");
    assert.equal(await writer.locator("button:has-text('되돌리기')").count(), 0);
    await eachLook(browser, "reviewer", "#/release", "text=배포본 1로 답하고 있습니다", "publish");
  },

  async refused(browser) {
    const page = await signIn(browser, "reviewer", {}, "#/release");
    await page.click("button:has-text('지금 게시')");
    await page.waitForSelector("text=기준에 못 미쳐 게시하지 않았습니다", LONG);
    await page.waitForSelector("text=영업 시간 0번 물어요");
    assert.equal(await page.locator("text=책임자 권한으로 게시").count(), 0);
    await eachLook(browser, "lead", "#/release", "text=기준에 못 미쳐 게시하지 않았습니다", "refused");
    const lead = await signIn(browser, "lead", {}, "#/release");
    await lead.click("text=책임자 권한으로 게시");
    await lead.fill("dialog textarea", "약관이 오늘부터 바뀌어 먼저 게시합니다");
    await accessible(lead, "override");
    await shot(lead, "override");
    await lead.click("text=책임지고 게시");
    await lead.waitForSelector("text=배포본 2로 답하고 있습니다", LONG);
    await lead.waitForSelector("td:has-text('약관이 오늘부터')", LONG);
  },

  async check(browser) {
    const page = await signIn(browser, "writer", {}, "#/release/check");
    await page.waitForSelector("text=아직 점검하지 않았습니다");
    await page.click("button:has-text('점검하기')");
    await page.waitForSelector(".work > li", LONG);
    await page.waitForSelector("button:has-text('다시 점검')", LONG);
    const first = page.locator(".work > li").first();
    await first.focus();
    await page.keyboard.press("KeyJ");
    await page.keyboard.press("KeyK");
    assert.ok(await first.evaluate((item) => item === document.activeElement), "k goes back");
    const fault = page.locator(".work > li", { hasText: "보험 해지 알려 주세요" }).first();
    await fault.focus();
    await page.keyboard.press("Digit1");
    await page.waitForSelector("text=초안에 있음", LONG);
    await page.waitForSelector("text=내 초안 1개를 검토에 올리기");
    await eachLook(browser, "writer", "#/release/check", ".work > li", "check");
    const items = page.locator(".work > li"), before = await items.count();
    const mild = page.locator(".work > li", { has: page.locator("button:has-text('이대로 두기')") }).last();
    await mild.focus();
    await page.keyboard.press("KeyA");
    await page.fill("dialog input", "일부러 그렇게 두었습니다");
    await accessible(page, "accept");
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelectorAll(".work > li").length === count - 1, before, LONG);
  },

  async unanswered(browser) {
    const page = await signIn(browser, "writer", {}, "#/release/unanswered");
    await page.click("button:has-text('모으기')");
    await page.waitForSelector(".work > li", LONG);
    await eachLook(browser, "writer", "#/release/unanswered", ".work > li", "unanswered");
    const parking = page.locator(".work > li", { hasText: "주차장" }).first();
    await parking.focus();
    await page.keyboard.press("KeyN");
    await page.fill("dialog input[name=name]", "parking");
    await page.fill("dialog input[name=title]", "주차 안내");
    await accessible(page, "new intent");
    await shot(page, "unanswered-new");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=검토 요청을 만들었습니다", LONG);
    await page.waitForFunction(() => ![...document.querySelectorAll(".work > li")].some((item) => item.textContent.includes("주차장")), null, LONG);
    const tried = await signIn(browser, "writer", {}, "#/release/trial/1");
    await tried.waitForSelector("text=아직 돌려 보지 않았습니다");
    await tried.click("button:has-text('돌려 보기')");
    await tried.waitForSelector("text=/10개 턴 중 [0-9]+개가 달라집니다. 고객 [0-9]+명입니다/", LONG);
    await eachLook(browser, "writer", "#/release/trial/1", "text=개가 달라집니다", "trial");
    await page.locator(".work > li", { hasText: "쿠폰" }).first().focus();
    await page.keyboard.press("KeyI");
    await page.fill("dialog input[name=reason]", "행사가 끝났습니다");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => ![...document.querySelectorAll(".work > li")].some((item) => item.textContent.includes("쿠폰")), null, LONG);
  },

  async wrong(browser) {
    await eachLook(browser, "writer", "#/release/wrong", ".work > li", "wrong");
    const page = await signIn(browser, "writer", {}, "#/release/wrong");
    const task = page.locator(".work > li", { hasText: "해지하면 얼마 받나요" });
    await task.focus();
    await page.keyboard.press("Digit1");
    await page.waitForSelector("text=예문 초안을 만들었습니다", LONG);
    await task.focus();
    await page.keyboard.press("KeyD");
    await page.fill("dialog input", "예문을 더했습니다");
    await accessible(page, "settle");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=남은 오답 신고가 없습니다", LONG);
  },
});
