// The expertise catalogue: its facets, a need with its matches in words, introductions that are refused and met, what staff
// see of them, and a session of encounter; accessible everywhere.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, project, signIn } from "./people.js";

let seen;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext({ baseURL: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}` });
  const ask = await asking(request, administrator);
  const code = `conseil${Date.now()}${process.pid}`;
  const organisation = async (name) => {
    const { organisationCreate } = await ask(
      "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { message } } }", { input: { name } });
    return organisationCreate.organisation.id;
  };
  const expertise = async (input) => {
    const { expertiseCreate } = await ask(
      "mutation($input: NewExpertise!) { expertiseCreate(input: $input) { expertise { id } userErrors { field message } } }", { input });
    expect(expertiseCreate.userErrors).toEqual([]);
    return expertiseCreate.expertise.id;
  };
  const jurists = await organisation(`Juristes ${code}`);
  const guides = await organisation(`Guides ${code}`);
  await ask("mutation($input: NewContact!) { contactCreate(input: $input) { userErrors { message } } }",
    { input: { organisationId: guides, purpose: "Accueil", email: "accueil@exemple.be" } });
  await expertise({ organisationId: jurists, title: `Relire vos clauses ${code}`, topics: ["redaction-marches"], forms: ["LEGAL"], territoryId: "90000",
    languages: ["FR"], cost: "FREE", capacity: 1, availableFrom: "2026" });
  const second = await expertise({ organisationId: guides, title: `Accompagner vos achats ${code}`, topics: ["marches-publics"], forms: ["LEGAL", "ADVICE"],
    territoryId: "03000", languages: ["FR", "NL"], cost: "FUNDED", references: [{ text: "Cantines de Namur", url: "https://exemple.be/cantines" }] });
  const lead = await account(request, "MEMBER", "Inès Lambert");
  const jurist = await account(request, "PARTNER", "Jo Maes", jurists);
  const guide = await account(request, "PARTNER", "Gil Petit", guides);
  const own = await project(request, `Ceinture ${code}`, lead);
  const other = await project(request, `Autre ceinture ${code}`);
  await ask("mutation($input: NewExpertiseNeed!) { expertiseNeedCreate(input: $input) { userErrors { message } } }",
    { input: { projectId: other.id, title: `Répondre à un marché ${code}`, topics: ["reponse-marches"] } });
  seen = { code, jurists, guides, second, lead, jurist, guide, project: own };
  await request.dispose();
});

const match = (page, title) => page.locator("li.match").filter({ has: page.getByRole("link", { name: title }) });

test("the catalogue is narrowed by its facets, in the address, and says whom to write to only to who signed in", async ({ page }) => {
  await page.goto(`/expertises?q=${seen.code}`);
  await expect(page.locator("article.card")).toHaveCount(2);
  await page.getByRole("group", { name: "Sujets" }).getByRole("button", { name: /Marchés publics/ }).click();
  await expect(page).toHaveURL(/sujet=marches-publics/);
  await page.getByRole("group", { name: "Sujets" }).getByRole("button", { name: /Rédaction d'un marché public/ }).click();
  await page.getByRole("group", { name: "Coût" }).getByRole("button", { name: /Gratuit/ }).click();
  await expect(page.locator("article.card")).toHaveCount(1);
  await expectAccessible(page);
  await page.reload();
  await expect(page.locator("article.card")).toContainText(`Relire vos clauses ${seen.code}`);
  await page.goto(`/expertises/${seen.second}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Accompagner vos achats ${seen.code}`);
  await expect(page.getByText("Les coordonnées sont réservées aux personnes connectées.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Cantines de Namur" })).toBeVisible();
  await expectAccessible(page);
  await signIn(page, `/expertises/${seen.second}`, seen.lead);
  await expect(page.getByRole("link", { name: "accueil@exemple.be" })).toBeVisible();
});

test("a need is stated, refused by one with a reason, met by another, and both say what they think", async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, seen.project.path, seen.lead);
  await page.getByRole("link", { name: "Dire un besoin" }).click();
  await page.getByLabel("Besoin", { exact: true }).fill(`Des lots pour petits producteurs ${seen.code}`);
  const topics = page.getByRole("combobox", { name: /Sujets/ });
  await topics.fill("Rédaction");
  await page.getByRole("option", { name: /Rédaction d'un marché public/ }).click();
  await page.keyboard.press("Escape");
  const forms = page.getByRole("combobox", { name: /Formes souhaitées/ });
  await forms.fill("juridique");
  await page.getByRole("option", { name: "Aide juridique" }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Budget").selectOption("NOTHING");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Des lots pour petits producteurs ${seen.code}`);

  const first = match(page, `Relire vos clauses ${seen.code}`);
  await expect(first).toContainText("C'est le sujet demandé: Rédaction d'un marché public.");
  await expect(first).toContainText("1 place(s) libre(s) sur 1.");
  const need = page.url();
  await expectAccessible(page);
  await first.getByRole("button", { name: "Mettre en relation" }).click();
  await expect(first.getByText("Proposée")).toBeVisible();

  await signOutAndIn(page, "/ma-semaine", seen.jurist);
  const waiting = page.locator(".introduction-card").filter({ hasText: `Des lots pour petits producteurs ${seen.code}` });
  await waiting.getByRole("button", { name: "Refuser" }).click();
  const why = page.getByRole("dialog", { name: "Refuser cette mise en relation" });
  await why.getByLabel("Raison").selectOption("TOO_LATE");
  await expectAccessible(page);
  await why.getByRole("button", { name: "Refuser" }).click();
  await expect(waiting).toHaveCount(0);

  await signOutAndIn(page, new URL(need).pathname, seen.lead);
  const titles = page.locator("li.match h3");
  await expect(titles.last()).toHaveText(`Relire vos clauses ${seen.code}`);
  await expect(match(page, `Relire vos clauses ${seen.code}`).locator(".match-parts")).toContainText("échéance intenable");
  await match(page, `Accompagner vos achats ${seen.code}`).getByRole("button", { name: "Mettre en relation" }).click();
  await expect(match(page, `Accompagner vos achats ${seen.code}`).getByText("Proposée")).toBeVisible();

  await signOutAndIn(page, "/mises-en-relation", seen.guide);
  const own = page.locator(".introduction-card").filter({ hasText: `Des lots pour petits producteurs ${seen.code}` });
  await own.getByRole("button", { name: "Accepter" }).click();
  await own.getByRole("button", { name: "C’est en cours" }).click();
  await own.getByRole("button", { name: "C’est fait" }).click();
  await expect(own.locator(".status").first()).toHaveText("Aboutie");
  await own.getByRole("button", { name: "Donner mon avis de prestataire" }).click();
  const think = page.getByRole("dialog", { name: "Donner mon avis de prestataire" });
  await think.getByLabel("Utilité").selectOption("5");
  await think.getByRole("button", { name: "Enregistrer" }).click();
  await expect(own).toContainText("Le prestataire : 5 sur 5");
  await expectAccessible(page);
});

test("staff see what comes of introductions, and bring similar needs together", async ({ page }) => {
  await signIn(page, "/mises-en-relation");
  await expect(page.getByRole("heading", { name: "Ce qu’il en sort" })).toBeVisible();
  await page.getByRole("button", { name: "Par prestataire" }).click();
  await expect(page).toHaveURL(/par=prestataire/);
  await expectAccessible(page);
  await page.goto("/rencontres-expertise?sujet=marches-publics");
  const needs = page.getByRole("group", { name: "Besoins réunis" });
  await expect(needs.getByRole("button", { name: `Répondre à un marché ${seen.code}` })).toBeVisible();
  await needs.getByRole("button", { name: `Répondre à un marché ${seen.code}` }).click();
  await page.getByLabel("Intitulé de l’étape").fill(`Rencontre ${seen.code}`);
  await page.getByRole("button", { name: "Proposer une rencontre" }).click();
  await expect(page.getByText("Il en faut au moins deux.")).toBeVisible();
  await expectAccessible(page);
});

/** Another person takes the place of the one who was there. */
async function signOutAndIn(page, to, person) {
  await page.context().clearCookies();
  await page.goto("/");
  await page.evaluate(() => { sessionStorage.clear(); localStorage.clear(); });
  await signIn(page, to, person);
}
