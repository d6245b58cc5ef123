// Matches and what comes of them, the gap and the records behind it, searches that are kept; accessible everywhere.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { administrator, asking, signIn } from "./people.js";

let seen;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext({
    baseURL: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}`,
  });
  const ask = await asking(request, administrator);
  const code = `accord-${Date.now()}-${process.pid}`;
  await ask(
    "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { message } } }",
    { input: { code, name: `Annuaire d'essai ${code}` } },
  );
  const kilograms = (value) => ({ value, unit: "KILOGRAM" });
  const carrots = { productType: "carrot", months: [9, 10, 11] };
  const { recordsUpsert } = await ask(
    "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { rows { recordId outcome errors { message } } userErrors { message } } }",
    { input: {
      source: code,
      organisations: [
        { externalId: "f", name: `Ferme du Bois ${code}`, kinds: ["PRODUCER"], commune: "92101" },
        { externalId: "g", name: `Ferme lointaine ${code}`, kinds: ["PRODUCER"], commune: "81015" },
        { externalId: "c", name: `Cantine ${code}`, kinds: ["BUYER"], commune: "92094" },
      ],
      offers: [
        { externalId: "o", organisationExternalId: "f", ...carrots, title: `Carottes proches ${code}`, commune: "92101", quantity: kilograms("900"),
          price: { amount: "1.2", per: "KILOGRAM" } },
        { externalId: "p", organisationExternalId: "g", ...carrots, title: `Carottes de loin ${code}`, commune: "81015" },
      ],
      needs: [
        { externalId: "n", organisationExternalId: "c", ...carrots, title: `Des carottes ${code}`, commune: "92094", quantity: kilograms("100"),
          period: "MONTH", budget: { max: "1.5", per: "KILOGRAM" }, local: { rule: "RADIUS", radiusKm: 30 } },
        { externalId: "m", organisationExternalId: "c", ...carrots, title: `À abandonner ${code}`, commune: "92094" },
        { externalId: "l", organisationExternalId: "c", productType: "leek", months: [2], title: `Des poireaux ${code}`, commune: "81015",
          quantity: kilograms("60"), period: "MONTH" },
      ],
    } },
  );
  const refused = recordsUpsert.rows.filter((row) => row.outcome !== "CREATED");
  expect(refused).toEqual([]);
  const [, , , offer, , need, abandoned] = recordsUpsert.rows.map((row) => row.recordId);
  seen = { code, offer, need, abandoned };
  await request.dispose();
});

test("a directory that never pushed says so, and two are compared: shared, alone, contradicting", async ({ page, playwright }) => {
  const request = await playwright.request.newContext({ baseURL: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}` });
  const ask = await asking(request, administrator);
  const farms = {
    un: [
      { externalId: "1", name: `Ferme du Lac ${seen.code}`, commune: "92094", website: "https://lac.be" },
      { externalId: "2", name: `Seule ici ${seen.code}`, commune: "92094" },
    ],
    deux: [
      { externalId: "a", name: `FERME du lac ${seen.code}`, commune: "92094", website: "https://autre.be" },
      { externalId: "b", name: `Seule là ${seen.code}`, commune: "81001" },
      { externalId: "c", name: `Seule là aussi ${seen.code}`, commune: "81001" },
    ],
  };
  for (const [which, organisations] of Object.entries(farms)) {
    const code = `${which}-${seen.code}`;
    await ask("mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { message } } }", { input: { code, name: `Annuaire ${code}` } });
    const { recordsUpsert } = await ask(
      "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { rows { outcome } userErrors { message } } }",
      { input: { source: code, organisations } },
    );
    expect(recordsUpsert.rows.every((row) => row.outcome === "CREATED")).toBe(true);
  }
  await request.dispose();

  await page.goto("/sources?q=Wallomade");
  const card = page.locator("li.card").filter({ hasText: "Wallomade" });
  await expect(card).toContainText("Connu, non raccordé");
  await expect(card.locator("div").filter({ hasText: "Fraîcheur" }).last()).toContainText("inconnu");
  await page.goto("/sources");
  const compare = page.locator("section").filter({ has: page.getByRole("heading", { name: "Comparer deux annuaires" }) });
  await compare.getByLabel("Un annuaire").selectOption({ label: `Annuaire un-${seen.code}` });
  await compare.getByLabel("Un autre").selectOption({ label: `Annuaire deux-${seen.code}` });
  await expect(page).toHaveURL(/un=source_.*autre=source_/);
  const figure = (label) => compare.locator("dl.figures div").filter({ hasText: label }).locator("dd");
  await expect(figure("dans les deux, semble-t-il")).toHaveText("1");
  await expect(figure(`seulement dans Annuaire un-${seen.code}`)).toHaveText("1");
  await expect(figure(`seulement dans Annuaire deux-${seen.code}`)).toHaveText("2");
  await expect(figure("se contredisent")).toHaveText("1");
  await expect(compare.getByRole("listitem")).toContainText("≠");
  await page.reload();
  await expect(compare.getByRole("listitem")).toContainText("Site");
  await expectAccessible(page);
});

const match = (page, title) => page.locator("li.match").filter({ has: page.getByRole("link", { name: title }) });

test("a need says which offers could meet it and why, a contact begins, goes on, and ends for a reason", async ({ page }) => {
  await signIn(page, `/demandes/${seen.need}`);
  await expect(page.getByRole("heading", { name: "Qui pourrait y répondre ?" })).toBeVisible();
  const near = match(page, `Carottes proches ${seen.code}`);
  await expect(near).toContainText("dans le rayon de 30 km");
  await expect(near).toContainText("C'est le produit demandé.");
  await expect(near).toContainText("100 %");
  const far = match(page, `Carottes de loin ${seen.code}`);
  await expect(far).toContainText("Pas local");
  const titles = await page.locator("li.match h3").allTextContents();
  expect(titles.indexOf(`Carottes proches ${seen.code}`)).toBeLessThan(titles.indexOf(`Carottes de loin ${seen.code}`));
  await page.getByRole("button", { name: "Seulement ce qui est local" }).click();
  await expect(page).toHaveURL(/local=oui/);
  await expect(far).toHaveCount(0);

  await near.getByRole("button", { name: "Prendre contact" }).click();
  await expect(near).toContainText("Déjà : Contact");
  const outcome = page.locator(".outcome-card");
  await expect(outcome).toContainText(`Ferme du Bois ${seen.code}`);
  await outcome.getByRole("button", { name: "Devis remis" }).click();
  await expect(outcome.locator(".status")).toHaveText("Devis");
  await page.getByRole("button", { name: "Annuler cette action" }).last().click();
  await expect(outcome.locator(".status")).toHaveText("Contact");
  await outcome.getByRole("button", { name: "Quantité et montant…" }).click();
  await outcome.getByLabel("Unité").selectOption("TONNE");
  await outcome.getByLabel("Quantité").fill("1,25");
  await outcome.getByLabel("Montant").fill("cher");
  await outcome.getByRole("button", { name: "Enregistrer" }).click();
  await expect(outcome.getByLabel("Montant")).toHaveAttribute("aria-invalid", "true");
  await outcome.getByLabel("Montant").fill("843,5");
  await expectAccessible(page);
  await outcome.getByRole("button", { name: "Enregistrer" }).click();
  await expect(outcome).toContainText(/1,25\st · 843,50\s€/);
  await outcome.getByRole("button", { name: "Sans suite…" }).click();
  const why = page.getByRole("dialog", { name: "Rien n’en est sorti" });
  await why.getByRole("button", { name: "Trop loin" }).click();
  await expect(why.getByRole("textbox", { name: "Raison" })).toHaveValue("Trop loin");
  await why.getByRole("button", { name: "Noter sans suite" }).click();
  await expect(outcome).toContainText("Raison : Trop loin");
  await expect(near).toContainText("Déjà : Sans suite");

  await page.goto("/suites");
  await page.getByRole("group", { name: "Combien en sont où" }).getByRole("button", { name: "Sans suite" }).click();
  await expect(page).toHaveURL(/etape=NOTHING/);
  const listed = page.locator(".outcome-card").filter({ hasText: `Des carottes ${seen.code}` });
  await listed.getByRole("button", { name: "Reprendre contact" }).click();
  await expect(listed).toHaveCount(0);
});

test("an offer says which needs it could meet, and a visitor is shown how to get in touch", async ({ page }) => {
  await page.goto(`/offres/${seen.offer}`);
  await expect(page.getByRole("heading", { name: "À quelles demandes répondrait-elle ?" })).toBeVisible();
  const need = match(page, `Des carottes ${seen.code}`);
  await expect(need).toContainText("Local");
  await expect(page.getByRole("button", { name: "Prendre contact" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Connectez-vous pour prendre contact" })).toBeVisible();
});

test("a need is given up for a reason, which everybody reads", async ({ page }) => {
  await signIn(page, `/demandes/${seen.abandoned}`);
  await page.getByRole("button", { name: "Abandonner…" }).click();
  const why = page.getByRole("dialog", { name: "Abandonner cette demande" });
  await why.getByRole("textbox", { name: "Raison" }).fill("Le menu a changé");
  // What was typed outlives a reload.
  page.on("dialog", (leaving) => leaving.accept());
  await page.reload();
  await page.getByRole("button", { name: "Abandonner…" }).click();
  await expect(why.getByRole("textbox", { name: "Raison" })).toHaveValue("Le menu a changé");
  await why.getByRole("button", { name: "Abandonner la demande" }).click();
  await expect(page.locator(".exchange-holds")).toContainText("Abandonnée");
  await expect(page.getByRole("main")).toContainText("Le menu a changé");
  await expect(page.getByRole("heading", { name: "Qui pourrait y répondre ?" })).toHaveCount(0);
});

test("a cell of the gap tells what stands behind it and opens its records", async ({ page }) => {
  await page.goto("/manques?territoire=81015&produit=vegetable");
  const grid = page.getByRole("grid");
  await expect(grid.getByRole("rowheader", { name: "poireau" })).toBeVisible();
  const cell = grid.getByRole("gridcell", { name: /^poireau, février : .*demandé.*−/ });
  await expect(cell).toContainText("−");
  await expect(page.locator(".gap-first")).toContainText("en février");
  await cell.focus();
  await page.keyboard.press("Enter");
  const inside = page.getByRole("dialog", { name: "poireau en février" });
  await expect(inside.getByRole("row", { name: /kg/ })).toContainText("−");
  await inside.getByRole("link", { name: /Voir/ }).first().click();
  await expect(page).toHaveURL(/\/demandes\?produit=leek&mois=2&territoire=/);
  await expect(page.getByRole("link", { name: `Des poireaux ${seen.code}`, exact: true })).toBeVisible();
});

test("the gap shows the provinces for one product", async ({ page }) => {
  await page.goto("/manques?vue=province&produit=carrot");
  await expect(page.getByRole("rowheader")).toHaveText(["Province du Brabant wallon", "Province de Hainaut", "Province de Liège", "Province de Luxembourg", "Province de Namur"].map((name) => new RegExp(name.split(" ").pop())));
  await expect(page.getByRole("gridcell", { name: /Namur, septembre/ })).toContainText("+");
});

test("several months and a distance narrow the list; the search is kept, opened and removed", async ({ page }) => {
  await signIn(page, "/offres");
  await page.getByRole("main").getByLabel("Mots").fill(seen.code);
  await page.getByRole("button", { name: "Plus de filtres" }).click();
  for (const month of ["sept.", "oct."]) {
    await page.getByRole("group", { name: "Mois" }).getByRole("button", { name: month }).click();
  }
  await expect(page).toHaveURL(/mois=9(,|%2C)10/);
  await expect(page.getByText("septembre à octobre")).toBeVisible();
  const near = page.getByRole("link", { name: `Carottes proches ${seen.code}`, exact: true });
  const far = page.getByRole("link", { name: `Carottes de loin ${seen.code}`, exact: true });
  await expect(far).toBeVisible();
  const commune = page.getByLabel("Près de (commune)");
  await commune.fill("Namur");
  await page.getByRole("option", { name: /^Namur commune/ }).click();
  await expect(page).toHaveURL(/pres=/);
  await expect(far).toHaveCount(0);
  await expect(near).toBeVisible();

  await page.getByRole("button", { name: "Garder cette recherche" }).click();
  const name = page.getByRole("dialog", { name: "Garder cette recherche" });
  await name.getByLabel("Nom de la recherche").fill(`Automne ${seen.code}`);
  await name.getByRole("button", { name: "Enregistrer" }).click();
  const kept = page.getByRole("link", { name: `Automne ${seen.code}` });
  await expect(kept).toHaveAttribute("aria-current", "true");
  await page.goto("/offres");
  await kept.click();
  await expect(page).toHaveURL(/pres=.*rayon|pres=/);
  await expect(near).toBeVisible();
  await page.getByRole("button", { name: `Retirer la recherche « Automne ${seen.code} »` }).click();
  await expect(kept).toHaveCount(0);
  await page.getByRole("button", { name: "Annuler cette action" }).last().click();
  await expect(kept).toBeVisible();
});

const routes = {
  "need with matches": () => `/demandes/${seen.need}`,
  "offer with matches": () => `/offres/${seen.offer}`,
  gap: () => "/manques",
  "gap by province": () => "/manques?vue=province",
  outcomes: () => "/suites",
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

test("what is one's own is accessible too: matches with contact, outcomes", async ({ page }) => {
  await signIn(page, `/demandes/${seen.need}`);
  await expect(page.locator("li.match").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectAccessible(page);
  await page.goto("/suites");
  await expect(page.getByRole("group", { name: "Combien en sont où" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
