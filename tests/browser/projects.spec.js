// Projects: finding one in the list and on the map, its page, editing it, the matrix by keyboard, and the report.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { signIn } from "./people.js";

test("a project is found by a word, and the address keeps the search", async ({ page }) => {
  await page.goto("/projets");
  // The reference data's 31, and what other journeys made meanwhile.
  const shown = page.getByText(/^\d+ montrés sur \d+$/);
  await expect(shown).toHaveText(/^12 montrés sur /);
  const all = Number((await shown.textContent()).match(/\d+$/)[0]);
  expect(all).toBeGreaterThanOrEqual(31);
  await expect(page.getByText(/^\d+ projets documentés sur les 46/)).toBeVisible();
  await page.getByRole("button", { name: "En montrer plus" }).click();
  await expect(shown).toHaveText(/^24 montrés sur /);
  await page.getByLabel("Mots").fill("Tournaisis");
  await expect(page).toHaveURL(/q=Tournaisis/);
  const found = page.getByRole("main").getByRole("link", { name: /légumes bio en Tournaisis/ }).first();
  await expect(found).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Mots")).toHaveValue("Tournaisis");
  await expectAccessible(page);
  await page.getByRole("heading", { name: /légumes bio en Tournaisis/ }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: /légumes bio en Tournaisis/ })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("281 000 €");
  await expectAccessible(page);
});

test("staff edit a project where it is shown, and take it back", async ({ page }) => {
  await signIn(page);
  await page.goto("/projets?q=Broutards");
  await page.getByRole("heading", { name: "Les Broutards" }).getByRole("link").click();
  await page.getByRole("button", { name: "Modifier", exact: true }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Sigle").fill("BROUT");
  await form.getByRole("button", { name: "Enregistrer" }).click();
  await expect(form).toBeHidden();
  await expect(page.locator(".page-head .lead")).toHaveText("BROUT");
  await page.getByRole("button", { name: "Annuler cette action" }).click();
  await expect(page.locator(".page-head .lead")).not.toHaveText("BROUT");
  await expectAccessible(page);
});

test("the matrix is walked by keyboard and a cell opens what is behind it", async ({ page }) => {
  await page.goto("/matrice");
  const grid = page.getByRole("grid");
  await expect(grid).toBeVisible();
  await expectAccessible(page);
  await grid.getByRole("rowheader").first().getByRole("link").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await expect(page).toHaveURL(/case=/);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/case=/);
});

test("the report is dated, narrowed by the address, and can be taken away", async ({ page }) => {
  await page.goto("/rapport");
  await expect(page.getByRole("table")).toContainText("situation au");
  await expectAccessible(page);
  const csv = await page.getByRole("link", { name: "CSV" }).getAttribute("href");
  const answer = await page.request.get(csv);
  expect(answer.ok()).toBe(true);
  expect(await answer.text()).toContain("Tournaisis");
});

for (const path of ["/projets", "/matrice", "/rapport"]) {
  test(`${path} fits a phone and is accessible there`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(path);
    await expect(page.getByRole("main")).toContainText("sur");
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible(page);
  });
}
