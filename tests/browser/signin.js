// Coming in and going out.
import assert from "node:assert/strict";
import { BASE, CODE, WORD, accessible, desk, open, phone, run, shot, signIn } from "./console.js";

await run({
  async looks(browser) {
    for (const [colorScheme, viewport] of [["light", desk], ["dark", phone], ["dark", desk], ["light", phone]]) {
      const page = await open(browser, { colorScheme, viewport });
      await page.waitForSelector("form");
      await accessible(page, `sign in ${colorScheme} ${viewport.width}`);
      await shot(page, `signin-${colorScheme}-${viewport.width}`);
      await page.context().close();
      const inside = await signIn(browser, "lead", { colorScheme, viewport });
      await accessible(inside, `menu ${colorScheme} ${viewport.width}`);
      await shot(inside, `menu-${colorScheme}-${viewport.width}`);
      await inside.context().close();
    }
  },

  async roles(browser) {
    const menu = async (name) => {
      const page = await signIn(browser, name);
      const items = await page.locator(".top nav a").allInnerTexts();
      await page.context().close();
      return items;
    };
    assert.deepEqual(await menu("agent"), ["상담"]);
    assert.deepEqual(await menu("writer"), ["답변 관리", "게시"]);
    assert.deepEqual(await menu("administrator"), ["운영"]);
    const page = await signIn(browser, "agent", {}, "#/operations");
    await page.waitForSelector("text=이 화면을 볼 권한이 없습니다");
  },

  async out(browser) {
    const page = await open(browser);
    await page.fill("input[name=name]", "agent");
    await page.fill("input[name=password]", "not the word");
    await page.press("input[name=password]", "Enter");
    await page.waitForSelector("text=이름이나 비밀번호가 맞지 않습니다");
    await page.fill("input[name=password]", WORD);
    await page.press("input[name=password]", "Enter");
    await page.waitForSelector(".top nav");
    await page.reload();
    await page.waitForSelector(".top nav");
    await page.click("text=English");
    await page.waitForSelector("text=Sign out");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await page.click("text=Sign out");
    await page.waitForSelector("input[name=password]");
    assert.equal((await page.request.get(`${BASE}/api/me`)).status(), 401);
  },

  async first(browser) {
    const page = await open(browser);
    await page.click("text=첫 관리자 만들기");
    await page.fill("input[name=name]", "관리자");
    await page.fill("input[name=password]", WORD);
    await page.fill("input[name=code]", "0".repeat(64));
    await page.press("input[name=code]", "Enter");
    await page.waitForSelector("[role=alert] >> text=시작 코드가 맞지 않"); // it is not the name or the password
    await page.fill("input[name=code]", CODE);
    await page.press("input[name=code]", "Enter");
    await page.waitForSelector("[role=alert] >> text=이름은 영문 소문자와 숫자");
    await page.fill("input[name=name]", "root");
    await page.press("input[name=code]", "Enter");
    await page.waitForSelector(".top nav");
    assert.match(await page.innerText(".who"), /root/);
  },
});
