// Offers, needs and their sources: narrowed by the address, confirmed where they are shown, accessible everywhere.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { administrator, asking, signIn } from "./people.js";

let seen;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext({
    baseURL: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}`,
  });
  const ask = await asking(request, administrator);
  const code = `annuaire-${Date.now()}-${process.pid}`;
  const { sourceCreate } = await ask(
    "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } userErrors { message } } }",
    { input: { code, name: `Annuaire d'essai ${code}` } },
  );
  const commune = "92094";
  const { recordsUpsert } = await ask(
    "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { rows { recordId outcome } userErrors { message } } }",
    { input: {
      source: code,
      organisations: [{ externalId: "f", name: `Ferme ${code}`, kinds: ["PRODUCER"], commune }],
      offers: [
        { externalId: "o", organisationExternalId: "f", productType: "bread", title: `Pain ${code}`, months: [11, 12, 1], commune,
          quantity: { value: "12.5", unit: "KILOGRAM" }, price: { amount: "3.5", per: "KILOGRAM" }, labels: ["EU_ORGANIC"] },
        { externalId: "p", organisationExternalId: "f", productType: "butter", title: `Beurre ${code}` },
      ],
      needs: [{ externalId: "n", organisationExternalId: "f", productType: "butter", title: `Du beurre ${code}`, period: "WEEK",
        quantity: { value: "40", unit: "KILOGRAM" }, local: { rule: "RADIUS", radiusKm: 30 }, commune }],
    } },
  );
  const [, offer, , need] = recordsUpsert.rows.map((row) => row.recordId);
  seen = { code, source: sourceCreate.source.id, offer, need };
  await request.dispose();
});

test("the offers are narrowed by the address, and the unknown is written", async ({ page }) => {
  await page.goto(`/offres?source=${seen.source}`);
  const list = page.getByRole("main");
  await expect(list.getByRole("link", { name: `Pain ${seen.code}`, exact: true })).toBeVisible();
  const butter = list.getByRole("article").filter({ hasText: `Beurre ${seen.code}` });
  await expect(butter).toContainText("inconnu");
  await expect(list.getByRole("img", { name: "novembre à janvier" })).toBeVisible();
  await page.goto(`/offres?source=${seen.source}&bio=oui`);
  await expect(list.getByRole("link", { name: `Pain ${seen.code}`, exact: true })).toBeVisible();
  await expect(butter).toHaveCount(0);
  await page.getByLabel("Mots").fill("introuvable");
  await expect(page).toHaveURL(/q=introuvable/);
  await expect(page.getByText("Rien ne correspond à ces filtres")).toBeVisible();
});

test("an offer is confirmed in one press, which can be taken back", async ({ page }) => {
  await signIn(page, `/offres/${seen.offer}`);
  await expect(page.getByRole("heading", { level: 1, name: `Pain ${seen.code}` })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("3,50 € / kg");
  const holds = page.locator(".exchange-holds");
  await expect(holds).toContainText("jamais confirmée");
  await page.getByRole("button", { name: "Toujours valable" }).click();
  await expect(holds).toContainText("confirmée aujourd’hui");
  await page.getByRole("button", { name: "Annuler cette action" }).click();
  await expect(holds).toContainText("jamais confirmée");
});

const routes = {
  offers: () => "/offres",
  needs: () => `/demandes?source=${seen.source}`,
  offer: () => `/offres/${seen.offer}`,
  need: () => `/demandes/${seen.need}`,
  sources: () => "/sources",
  source: () => `/sources/${seen.source}`,
  credits: () => "/credits",
};

for (const [name, path] of Object.entries(routes)) {
  test(`${name}: accessible, wide and on a phone`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(path());
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
}
