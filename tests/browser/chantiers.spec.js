// Home, the chantiers and my week: reading as a visitor, and editing as staff, with undo and refusals.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { administrator, asking, signIn } from "./people.js";

const heading = (page, name) => page.getByRole("heading", { level: 1, name });

test("the home page says how much is documented, and its legend narrows the map in the address", async ({ page }) => {
  await page.goto("/");
  // 31 of the reference data, and those that other journeys make beside it.
  await expect(page.getByText(/^3[1-9] projets documentés sur 46$/)).toBeVisible();
  await expect(page.getByText("Aucune étape à venir n’est connue.")).toBeVisible();
  await expect(page.getByText(/24 juin 2021 \(année déduite\)/)).toBeVisible();
  const pins = page.locator(".pins .pin");
  await expect(pins.first()).toBeVisible();
  const all = await pins.count();
  const social = page.getByRole("group", { name: "Montrer un chantier" }).getByRole("button", { name: /finalité sociale/ });
  await social.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/chantier=finalite-sociale/);
  await expect(social).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => pins.count()).toBeLessThan(all);
  await page.reload();
  await expect(social).toHaveAttribute("aria-pressed", "true");
});

test("the list of chantiers is narrowed by the address and by words", async ({ page }) => {
  await page.goto("/chantiers?etat=TRACK");
  await expect(page.getByRole("heading", { name: "Légumeries" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Diagnostics" })).toHaveCount(0);
  await page.goto("/chantiers");
  await page.getByLabel("Chercher dans les chantiers").fill("marchés");
  await expect(page).toHaveURL(/q=march/);
  await expect(page.getByRole("heading", { name: "Projets à finalité sociale" })).toHaveCount(0);
  await page.getByRole("link", { name: "Marchés publics" }).click();
  await expect(heading(page, "Marchés publics")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Chercher dans les chantiers")).toHaveValue("marchés");
});

test("a chantier shows its past steps with their inferred year, and a step by its address", async ({ page }) => {
  await page.goto("/chantiers/approche-territoriale");
  await expect(heading(page, "Approche territoriale")).toBeVisible();
  await page.getByRole("link", { name: "Rencontre du territoire de Namur" }).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("8 juin 2021 (année déduite), 14:00")).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Modifier" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/etape=/);
});

test("staff add a step, move it with a reason, and take its removal back", async ({ page }) => {
  await signIn(page, "/chantiers/diagnostics");
  await page.getByRole("button", { name: "Ajouter une étape" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Enregistrer" }).click();
  // The browser's own check of a required field, or ours: nothing was sent.
  await expect(drawer).toBeVisible();
  await drawer.getByLabel("Intitulé").fill("Relevé des diagnostics");
  await drawer.getByLabel("Année").first().fill("2031");
  await drawer.getByLabel("Année").first().press("Tab");
  await drawer.getByRole("button", { name: "Enregistrer" }).click();
  const link = page.getByRole("link", { name: "Relevé des diagnostics" });
  await expect(link).toBeVisible();

  await link.click();
  await drawer.getByRole("button", { name: "Déplacer" }).click();
  await drawer.getByLabel("Année").first().fill("2032");
  await drawer.getByLabel("Année").first().press("Tab");
  await drawer.getByLabel("Pourquoi").fill("La source arrive plus tard");
  await drawer.getByRole("button", { name: "Enregistrer" }).click();
  await expect(drawer.getByText(/La source arrive plus tard/)).toBeVisible();
  await drawer.getByRole("button", { name: "Supprimer" }).click();
  await expect(link).toHaveCount(0);
  await page.getByRole("button", { name: "Annuler cette action" }).last().click();
  await expect(link).toBeVisible();
});

test("what is typed is kept through a reload, and an older revision is compared", async ({ page, request }) => {
  await signIn(page, "/chantiers/communication");
  await page.getByRole("button", { name: "Modifier le chantier" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("Remarque").fill("Ma remarque");
  page.once("dialog", (dialog) => dialog.accept());
  await page.reload();
  await page.getByRole("button", { name: "Modifier le chantier" }).click();
  await expect(drawer.getByLabel("Remarque")).toHaveValue("Ma remarque");

  const ask = await asking(request, administrator);
  const { chantier } = await ask("{ chantier(code: \"communication\") { id revision } }");
  await ask("mutation($input: ChantierPatch!) { chantierUpdate(input: $input) { userErrors { message } } }",
    { input: { id: chantier.id, expectedRevision: chantier.revision, note: "Leur remarque" } });

  await drawer.getByRole("button", { name: "Enregistrer" }).click();
  await expect(drawer.getByRole("heading", { name: "La fiche a changé entre-temps" })).toBeVisible();
  await expect(drawer.getByText("Leur remarque")).toBeVisible();
  await drawer.getByRole("button", { name: "Garder ces choix" }).click();
  await expect(page.getByRole("main").getByText("Ma remarque")).toBeVisible();
});

test("a form that was quicker than its page comes with it", async ({ page }) => {
  await signIn(page, "/chantiers");
  let release;
  const held = new Promise((done) => { release = done; });
  await page.route("**/graphql", async (route) => {
    if (route.request().postData().includes("chantier(")) await held;
    await route.continue();
  });
  await page.goto("/chantiers/communication");
  await page.getByRole("button", { name: "Modifier le chantier" }).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByRole("heading", { name: "Modifier le chantier" })).toBeVisible();
  release();
  await expect(drawer.getByLabel("Remarque")).toBeVisible();
});

test("my week asks to sign in, then shows what to confirm", async ({ page }) => {
  await page.goto("/ma-semaine");
  await expect(page.getByText("Connectez-vous pour voir votre semaine")).toBeVisible();
  await signIn(page, "/ma-semaine");
  const asked = page.getByRole("button", { name: "Toujours vrai" });
  await expect(asked.first()).toBeVisible();
  const before = await asked.count();
  await asked.first().click();
  await expect(page.getByText("Confirmé aujourd’hui.")).toBeVisible();
  await expect.poll(() => asked.count()).toBeLessThan(before);
});

for (const path of ["/", "/chantiers", "/chantiers/approche-territoriale", "/chantiers/offre-demande", "/ma-semaine"]) {
  for (const width of [1280, 390]) {
    test(`${path} is accessible at ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).not.toHaveAttribute("aria-busy", "true");
      await expect(page.locator("main .skeleton")).toHaveCount(0);
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  }
}

test("the forms of staff and my week are accessible", async ({ page }) => {
  await signIn(page, "/chantiers/offre-demande");
  for (const name of ["Modifier le chantier", "Ajouter une étape", "Ajouter un projet", "Ajouter une ressource"]) {
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("dialog").getByRole("button", { name: "Enregistrer" })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
  }
  await page.goto("/ma-semaine");
  await expect(page.getByRole("button", { name: "Toujours vrai" }).first()).toBeVisible();
  await expectAccessible(page);
});
