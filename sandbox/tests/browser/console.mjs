// The console as a developer uses it: opens it, sees a request arrive, plans a fault, sees it act.
//
//   node console.mjs PLAYWRIGHT_CORE BROWSER BASE_URL ACCESS_KEY SECRET_KEY

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [driver, executablePath, base, accessKey, secretKey] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(driver);

// Longer than any machine is busy.
const PATIENCE = 30_000;
const QUIET = "12345123456";

async function get(path, parameters = {}) {
  const answer = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`);
  return { status: answer.status, body: await answer.json().catch(() => null) };
}

async function fetchToken() {
  return (await get("/sdkapi/v2/app/get_token", { access_key: accessKey, secret_key: secretKey })).body.token;
}

let token = await fetchToken();
const avd = (path, parameters) => get(`/sdkapi/v2${path}`, { token, ...parameters });

// Chromium refuses its own sandbox to root, as whom tests run in containers. It visits nothing but the page.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const context = await browser.newContext({ locale: "en", viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  page.on("request", (request) => { if (!request.url().startsWith(base) && !request.url().startsWith("data:")) complaints.push(request.url()); });

  const seen = (locator) => locator.first().waitFor({ state: "visible" });
  const gone = (locator) => locator.first().waitFor({ state: "detached" });
  const calls = page.locator("#calls details");
  const room = (id) => page.locator("#rooms details").filter({ has: page.getByText(id, { exact: true }) });

  await page.goto(`${base}/_sandbox/console`);
  await seen(page.getByRole("status").filter({ hasText: "live" }));
  await seen(room(QUIET).filter({ hasText: "周会" }).filter({ hasText: "participants: 3" }));

  // A request arrives, with its number, and without its token.
  await avd("/room/read", { room_id: "40400000000" });
  const refused = calls.filter({ hasText: "avd.room.read" }).filter({ hasText: "40004" });
  await seen(refused);
  await seen(page.locator("#failed tr").filter({ hasText: "40004" }).filter({ hasText: "avd.room.read" }));
  await refused.locator("summary").click();
  await seen(refused.locator("pre").filter({ hasText: "token=***" }).filter({ hasText: "room_id=40400000000" }));
  assert.ok(!(await page.content()).includes(token), "the token is shown");

  // A fault is planned by the form, meets the next call, and is over.
  const plan = page.locator("#plan");
  await plan.locator("[name=kind]").selectOption("http");
  await plan.locator("[name=operation]").fill("avd.room.list");
  await plan.locator("[name=status]").fill("503");
  await plan.locator("[name=times]").fill("1");
  await plan.getByRole("button", { name: "Plan" }).click();
  await seen(page.locator("#faults tr").filter({ hasText: "avd.room.list" }).filter({ hasText: "1 left" }));
  assert.equal((await avd("/room/list")).status, 503);
  await seen(calls.filter({ hasText: "avd.room.list" }).filter({ hasText: "503" }).filter({ hasText: "fault http" }));
  await gone(page.locator("#faults tr"));
  assert.equal((await avd("/room/list")).status, 200);

  // What is wrong in a fault is said, in the sandbox's own words.
  await plan.locator("[name=operation]").fill("avd.room.lisd");
  await plan.getByRole("button", { name: "Plan" }).click();
  await seen(page.locator("#message.bad").filter({ hasText: "avd.room.lisd" }));

  // Each kind can be planned.
  await plan.locator("[name=operation]").fill("youme.*");
  for (const kind of ["number", "latency", "silence", "close", "length", "drip", "text"]) {
    await plan.locator("[name=kind]").selectOption(kind);
    await plan.getByRole("button", { name: "Plan" }).click();
    await seen(page.locator("#faults tr").nth(0));
    await page.getByRole("button", { name: "Remove all" }).click();
    await gone(page.locator("#faults tr"));
  }

  // Somebody joins, and leaves by the keyboard.
  await room(QUIET).locator("summary").click();
  await room(QUIET).getByRole("button", { name: "Somebody joins" }).click();
  await page.keyboard.type("77");
  await page.locator("#join [name=user_name]").fill("<b>李</b>");
  await page.locator("#join").getByRole("button", { name: "Join" }).click();
  const li = room(QUIET).locator("tbody tr").filter({ hasText: "<b>李</b>" });
  await seen(li);
  await li.getByRole("button").focus();
  await page.keyboard.press("Enter");
  await gone(li);

  // Text of others stays text.
  const hostile = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
  await avd("/room/create", { room_id: "12345123457", user_id: "1", topic: hostile });
  await get(`/${hostile}`, { "</pre><script>window.hacked=1</script>": hostile });
  await seen(room("12345123457").getByText(hostile, { exact: true }));
  await seen(calls.filter({ hasText: "unknown address" }));
  await calls.filter({ hasText: "unknown address" }).first().locator("summary").click();
  await seen(calls.filter({ hasText: "unknown address" }).locator("pre"));
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator("main img, main script").count(), 0);

  // The clock, the tokens.
  await page.getByRole("button", { name: "+ 2 h" }).click();
  await seen(page.locator("#clock_tag").filter({ hasText: "2 h ahead" }));
  assert.equal((await avd("/room/list")).body.ret, 40003);
  await page.getByRole("button", { name: "Machine's time" }).click();
  await page.locator("#clock_tag").waitFor({ state: "hidden" });
  token = await fetchToken();
  assert.equal((await avd("/room/list")).body.ret, 0);
  await page.getByRole("button", { name: "Expire all" }).click();
  await seen(page.locator("#message").filter({ hasText: "dead" }));
  assert.equal((await avd("/room/list")).body.ret, 40003);

  // The other worlds, by the keyboard.
  await page.getByRole("tab", { name: "avd" }).focus();
  await page.keyboard.press("ArrowRight");
  await seen(page.locator("#world_hst"));
  await page.locator("#applications summary").first().click();
  await page.getByRole("button", { name: "Sign in: u1003" }).click();
  await seen(page.getByRole("button", { name: "Sign out: u1003" }));
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "youme" }).click();
  await seen(page.locator("#meetings details"));

  // Chinese, and it stays so.
  await page.locator("#language").selectOption("zh");
  await seen(page.getByRole("heading", { name: "平台状态" }));
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  await page.reload();
  await seen(page.getByRole("heading", { name: "平台状态" }));
  assert.equal(await page.locator("[data-t]").evaluateAll((all) => all.filter((node) => !node.textContent).length), 0);

  // Everything as at start.
  page.on("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "全部重置" }).click();
  await gone(calls);
  await gone(room("12345123457"));

  // The page is in no record of its own.
  const recorded = await get("/_sandbox/exchanges");
  assert.equal(recorded.body.filter((call) => call.path.startsWith("/_sandbox")).length, 0);

  // On a phone nothing is wider than the screen.
  await page.setViewportSize({ width: 360, height: 740 });
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(widths[0] <= widths[1], `${widths}`);

  // A refused fault is an HTTP 400, which the browser reports; anything else is ours.
  const ours = complaints.filter((text) => !text.includes("400 (Bad Request)"));
  assert.deepEqual(ours, []);
} finally {
  await browser.close();
}
