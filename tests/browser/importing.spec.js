// A file is imported: which file, which columns, what it would do, what became of it.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { administrator, asking, signIn } from "./people.js";

const SOURCE = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } userErrors { message } } }";
const UPSERT = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { counts { created } userErrors { message } } }";
const FILE = `Réf;Producteur;Produit;Intitulé;Qté (kg);Prix (€/kg);Mois;Mode;Labels;Code INS
p1;f1;Pain;Pain au levain;12,5;3,20;mars-juin;en bio;Demeter;92094
p2;f1;Lait;Lait cru;40;;toute l'année;classique;;92094
p3;f1;licorne;Corne;1;;;;;
p4;f9;Pain;Pain gris;;;;;;
`;

let source;

test.beforeAll(async ({ playwright, baseURL }) => {
  const request = await playwright.request.newContext({ baseURL });
  const ask = await asking(request, administrator);
  const code = `fichiers-${Date.now()}`;
  const made = await ask(SOURCE, { input: { code, name: "Annuaire des fichiers", standing: "CONNECTED" } });
  source = made.sourceCreate.source.id;
  await ask(UPSERT, { input: { source: code, organisations: [{ externalId: "f1", name: "Ferme des fichiers" }] } });
  await request.dispose();
});

const sound = async (page, name) => {
  await page.waitForLoadState("networkidle");
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
};

test("a file is read, its columns are told, it is previewed, applied and reported", async ({ page }) => {
  await signIn(page, `/sources/${source}`);
  await page.getByRole("link", { name: "Importer un fichier" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Importer un fichier");
  await sound(page, "file");
  await page.locator('input[type="file"]').setInputFiles({ name: "offres.csv", mimeType: "text/csv", buffer: Buffer.from(FILE) });
  await page.getByRole("button", { name: "Lire le fichier" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("offres.csv");

  await expect(page.getByLabel("Produit", { exact: true })).toHaveValue("productType");
  await expect(page.getByLabel("Qté (kg)")).toHaveValue("quantity.value");
  // A column with a header of the file's own is fed by hand, and its words are told.
  await page.getByLabel("Mode", { exact: true }).selectOption({ label: "Bio" });
  await page.getByLabel("Que veut dire « en bio » ?").selectOption("true");
  await page.getByLabel("Que veut dire « classique » ?").selectOption("false");
  await expect(page.locator(".import-read").filter({ hasText: "mars-juin" })).toContainText("3, 4, 5, 6");
  await sound(page, "columns");
  await page.getByRole("button", { name: "Voir ce que cela ferait" }).click();

  await expect(page.getByRole("button", { name: "Importer", exact: true })).toBeVisible();
  await expect(page.getByText("Rien n’est encore écrit.").first()).toBeVisible();
  await expect(page.getByText("12,5 kg").or(page.getByText("12.5")).first()).toBeVisible();
  await expect(page.locator(".import-lines")).toContainText("Produit");
  await sound(page, "preview");
  await page.getByRole("button", { name: "Importer", exact: true }).click();

  await expect(page.getByRole("button", { name: "Télécharger les lignes refusées" })).toBeVisible();
  await expect(page.locator(".figures")).toContainText("2");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Télécharger les lignes refusées" }).click(),
  ]);
  const stream = await download.createReadStream();
  let text = "";
  for await (const piece of stream) text += piece;
  expect(text).toContain("p3,f1,licorne");
  expect(text).toContain("Raison du refus");
  await sound(page, "report");
  // The report stays in the tray elsewhere, through a reload, until it is dismissed.
  await page.goto("/offres");
  await page.reload();
  const tray = page.locator(".tray");
  await expect(tray).toContainText("offres.csv");
  await tray.getByRole("link", { name: "Lire le compte rendu" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("offres.csv");
  await page.goto(`/sources/${source}`);
  await expect(page.getByRole("link", { name: "offres.csv" }).first()).toBeVisible();
});

test("an import that does not move for a while is followed to its end", async ({ page }) => {
  await signIn(page, `/sources/${source}`);
  await page.getByRole("link", { name: "Importer un fichier" }).click();
  const buffer = Buffer.from("Réf;Producteur;Produit;Intitulé\nlent1;f1;Pain;Pain lent\n");
  await page.locator('input[type="file"]').setInputFiles({ name: "lent.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Lire le fichier" }).click();
  await page.getByRole("button", { name: "Voir ce que cela ferait" }).click();
  await expect(page.getByRole("button", { name: "Importer", exact: true })).toBeVisible();
  // The server tells the same for a few looks, as when another import is before this one.
  let still = 6;
  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    const told = json.data?.import;
    if (still > 0 && ["RUNNING", "DONE"].includes(told?.state)) {
      still -= 1;
      Object.assign(told, { state: "RUNNING", done: 0 });
    }
    await route.fulfill({ response, json });
  });
  await page.getByRole("button", { name: "Importer", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Import en cours" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Import en cours" })).toHaveCount(0);
  await expect(page.locator(".figures")).toContainText("1");
  expect(still).toBe(0);
});
