// Territories, organisations, the history, the search, the accounts: their main journeys, and axe on each route.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { signIn } from "./people.js";

const phone = { width: 390, height: 844 };

test("a territory shows its place, its neighbours, and the way to another", async ({ page }) => {
  await page.goto("/territoires/62063");
  await expect(page.getByRole("heading", { level: 1, name: "Liège" })).toBeVisible();
  await expect(page.getByLabel("Où vous êtes").getByRole("link", { name: "Province de Liège" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Seraing" }).first()).toBeVisible();
  await page.getByRole("combobox", { name: "Aller à un autre territoire" }).fill("5000");
  await page.getByRole("listbox").getByRole("option", { name: /^Namur/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Namur" })).toBeVisible();
});

test("organisations are narrowed by the address, and a bankrupt one says so", async ({ page }) => {
  await page.goto("/organisations");
  await page.getByRole("button", { name: "en faillite" }).click();
  await expect(page).toHaveURL(/etat=BANKRUPT/);
  await page.getByRole("link", { name: "Moulins de Statte" }).click();
  await expect(page.getByRole("note").getByText("en faillite")).toBeVisible();
});

test("an editor changes an organisation, sees it in the history, and takes it back", async ({ page }) => {
  await signIn(page, "/organisations");
  await page.getByRole("link", { name: "Biowallonie", exact: true }).click();
  await page.getByRole("button", { name: "Modifier", exact: true }).click();
  await page.getByRole("button", { name: "Ajouter un numéro" }).click();
  await page.getByLabel("Numéro", { exact: true }).last().fill("0403.019.262");
  await expect(page.getByText("Ce numéro n'est pas bien formé")).toBeVisible();
  await page.getByLabel("Numéro", { exact: true }).last().fill("0403.019.261");
  await expect(page.getByText("✓ 0403.019.261")).toBeVisible();
  await page.getByLabel(/^Sigle/).fill("BW");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("status").getByText("Enregistré.")).toBeVisible();
  await page.getByRole("link", { name: "Historique" }).first().click();
  await expect(page.getByText("Sigle")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Annuler ce changement" }).first().click();
  await expect(page.getByText("Action annulée")).toBeVisible();
});

test("an invitation is made, taken up, and signs in", async ({ page, browser, baseURL }) => {
  await signIn(page, "/comptes");
  await page.getByRole("button", { name: "Inviter" }).click();
  const form = page.getByRole("dialog", { name: "Inviter" });
  await form.getByLabel("Nom").fill("Camille Essai");
  await form.getByLabel("Adresse électronique").fill(`camille.${Date.now()}@exemple.be`);
  await form.getByRole("button", { name: "Inviter" }).click();
  const link = await page.getByRole("textbox", { name: "Lien d’invitation" }).inputValue();
  const other = await (await browser.newContext({ baseURL, locale: "fr-BE" })).newPage();
  await other.goto(link);
  await expect(other.getByText("Bienvenue, Camille Essai")).toBeVisible();
  await expectAccessible(other);
  await other.getByLabel("Mot de passe", { exact: true }).fill("une ceinture verte");
  await other.getByLabel("Le mot de passe encore une fois").fill("une ceinture verte");
  await other.keyboard.press("Enter");
  await other.waitForURL("**/ma-semaine");
  await other.goto(link);
  await expect(other.getByText("Ce lien ne sert plus")).toBeVisible();
  await other.goto("/mon-compte");
  await other.getByText("Changer de mot de passe").first().click();
  const own = other.getByRole("group").filter({ hasText: "Changer de mot de passe" });
  const change = async (current) => {
    await own.getByLabel("Mot de passe actuel").fill(current);
    await own.getByLabel("Nouveau mot de passe").fill("un panier de saison");
    await own.getByLabel("Le mot de passe encore une fois").fill("un panier de saison");
    await own.getByRole("button", { name: "Changer de mot de passe" }).click();
  };
  await change("pas celui-ci du tout");
  await expect(own.getByText("Ce n’est pas votre mot de passe actuel.")).toBeVisible();
  await expectAccessible(other);
  await change("une ceinture verte");
  await expect(other.getByText("Mot de passe changé")).toBeVisible();
});

test("a message that nobody sends waits where an administrator finds it", async ({ page }) => {
  await signIn(page, "/comptes");
  await page.getByRole("button", { name: "Inviter" }).click();
  const form = page.getByRole("dialog", { name: "Inviter" });
  const address = `dominique.${Date.now()}@exemple.be`;
  await form.getByLabel("Nom").fill("Dominique Essai");
  await form.getByLabel("Adresse électronique").fill(address);
  await form.getByRole("button", { name: "Inviter" }).click();
  await expect(page.getByRole("textbox", { name: "Lien d’invitation" })).toBeVisible();
  await page.goto("/comptes/messages");
  const card = page.getByRole("listitem").filter({ hasText: address });
  await expect(card.getByText("en attente")).toBeVisible();
  await card.getByText("Lire le texte").click();
  await expect(card.getByText("/invitation/")).toBeVisible();
  await expectAccessible(page);
});

test("an editor makes a named territory with communes picked by name", async ({ page }) => {
  await signIn(page, "/territoires");
  await page.getByRole("link", { name: "Nouveau territoire" }).click();
  await page.getByLabel("Nom en français").fill("Pays d'essai");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByText("Ce champ est obligatoire.").first()).toBeVisible();
  await page.getByRole("combobox", { name: /^Communes/ }).fill("namur");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Pays d'essai" })).toBeVisible();
});

test("the search finds, counts by kind, and marks words", async ({ page }) => {
  await page.goto("/recherche");
  await page.getByRole("searchbox").fill("liege");
  await expect(page).toHaveURL(/q=liege/);
  await expect(page.locator("mark").first()).toHaveText(/Li[èé]ge/i);
  await page.getByRole("button", { name: /^territoire/ }).click();
  await expect(page).toHaveURL(/sorte=TERRITORY/);
});

for (const path of [
  "/territoires/62063", "/territoires/60000", "/territoires", "/organisations", "/recherche?q=liege", "/historique",
  "/connexion", "/mot-de-passe", "/mon-compte", "/comptes", "/credits", "/a-propos",
]) {
  test(`${path} is accessible, wide and on a phone`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expectAccessible(page);
    await page.setViewportSize(phone);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  });
}

test("the signed-in pages are accessible", async ({ page }) => {
  await signIn(page, "/comptes");
  await expect(page.getByRole("heading", { name: "Tous les comptes" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectAccessible(page);
  await page.goto("/territoires/nouveau");
  await expect(page.getByLabel("Nom en français")).toBeVisible();
  await expectAccessible(page);
});
