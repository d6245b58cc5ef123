// Signing in through an outside provider: the way there and back, what is said to whom it does not let in, a provider that is
// away, and what administrators see of it.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, signIn } from "./people.js";
import { provider } from "./provider.js";

const phone = { width: 390, height: 844 };
const through = (page) => page.getByRole("button", { name: "Se connecter avec la Région" });

// One after the other: they share the provider's port.
test.describe.configure({ mode: "serial" });

test("a provider that is away is said to be, and the password works", async ({ page, request }) => {
  const person = await account(request, "MEMBER", "Camille Panne");
  await page.goto("/connexion");
  await through(page).click();
  await expect(page.getByRole("alert")).toContainText("ne répond pas pour le moment");
  await expectAccessible(page);
  await signIn(page, "/mon-compte", person);
});

test("somebody signs in through the provider and comes back to where they were", async ({ page, request, browser }) => {
  const person = await account(request, "MEMBER", "Camille Région");
  const close = await provider([
    { subject: "c-1", email: person.email, verified: true },
    { subject: "c-2", email: "inconnue@exemple.be", verified: true },
    { subject: "c-3", email: person.email, verified: false },
  ]);
  try {
    await page.goto("/connexion?vers=/mon-compte");
    await expect(through(page)).toBeVisible();
    await expectAccessible(page);
    await page.setViewportSize(phone);
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);

    // The server left a provider that was away alone for some seconds.
    await expect(async () => {
      await through(page).click();
      await page.waitForURL("**/authorize?**", { timeout: 3_000 });
    }).toPass();
    await page.getByRole("link", { name: "Refuser" }).click();
    await expect(page.getByRole("alert")).toContainText("ne vous a pas identifié");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Revenir à la connexion" }).click();

    await through(page).click();
    await page.getByRole("link", { name: "Entrer comme inconnue@exemple.be" }).click();
    await expect(page.getByRole("alert")).toContainText("demandez une invitation");
    await page.getByRole("link", { name: "Revenir à la connexion" }).click();

    await through(page).click();
    await page.getByRole("link", { name: `Entrer comme ${person.email}` }).last().click();
    await expect(page.getByRole("alert")).toContainText("faites-la vérifier");
    // The same answer a second time opens nothing either.
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("recommencez");
    await page.getByRole("link", { name: "Revenir à la connexion" }).click();

    await through(page).click();
    await page.getByRole("link", { name: `Entrer comme ${person.email}` }).first().click();
    await page.waitForURL((url) => url.pathname === "/mon-compte");
    await expect(page.getByText("Ouverte par la Région")).toBeVisible();
    await page.reload();
    await expect(page.getByText("Ouverte par la Région")).toBeVisible();
    await expectAccessible(page);

    const admin = await (await browser.newContext()).newPage();
    await signIn(admin, "/comptes/securite");
    await expect(admin.getByText("connexion, par la Région").first()).toBeVisible();
    await expect(admin.getByText("compte lié au service de connexion, par la Région").first()).toBeVisible();
    await admin.goto(`/comptes?q=${encodeURIComponent("Camille Région")}`);
    const card = admin.getByRole("listitem").filter({ hasText: person.email });
    await card.getByRole("button", { name: "Délier du service de connexion" }).click();
    await admin.getByRole("dialog").getByRole("button", { name: "Délier du service de connexion" }).click();
    await expect(admin.getByText("Compte délié")).toBeVisible();
  } finally {
    await close();
  }
});
