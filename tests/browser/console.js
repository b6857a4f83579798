// What the console's stories share: a signed-in page, axe, pictures, and the end of the run. Anything the browser complains of on the way
// (an error, a breach of the content security policy) is a failure too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const { BASE, CHROMIUM, WORD, CODE, SHOTS } = process.env;
export const desk = { width: 1280, height: 800 }, phone = { width: 390, height: 844 };
let complaints = [];
// What a story has brought about itself.
export const forgive = (pattern) => void (complaints = complaints.filter((text) => !pattern.test(text)));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The browser itself writes a line for every reply of 4xx; those that a story means to get, and a network that it takes away, are no complaint.
export async function open(browser, options = {}, path = "/") {
  const context = await browser.newContext({ viewport: desk, locale: "ko-KR", ...options });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && !/status of 40[01349]|ERR_INTERNET_DISCONNECTED/.test(message.text()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(BASE + path);
  return page;
}

export async function signIn(browser, name, options = {}, hash = "") {
  const page = await open(browser, options, `/${hash}`);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", WORD);
  await page.press("input[name=password]", "Enter");
  await page.waitForSelector(".top nav");
  return page;
}

export async function accessible(page, about) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], about);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${about}: nothing is wider than the screen`);
}

export async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

export async function run(stories) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    await stories[process.argv[2]](browser);
    assert.deepEqual(complaints, [], "the browser complains of nothing");
  } finally {
    await browser.close();
  }
}
