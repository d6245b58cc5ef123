// A question to the cell, from asking to what came of it, by keyboard; the desk and who follows what; accessible everywhere.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, project, signIn } from "./people.js";

const COMMUNE = "92101";
let seen;

test.beforeAll(async ({ playwright }) => {
  const request = await playwright.request.newContext({
    baseURL: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}`,
  });
  const ask = await asking(request, administrator);
  const mark = `${Date.now()}`.slice(-6);
  const nadia = await account(request, "OFFICER", `Nadia ${mark}`);
  const hugo = await account(request, "OFFICER", `Hugo ${mark}`);
  const anne = await account(request, "MEMBER", `Anne ${mark}`);
  const own = await project(request, `Four à pain ${mark}`, anne);
  const { projectUpdate } = await ask(
    "mutation($input: ProjectPatch!) { projectUpdate(input: $input) { userErrors { message } } }",
    { input: { id: own.id, expectedRevision: own.revision, territoryIds: [COMMUNE] } },
  );
  expect(projectUpdate.userErrors).toEqual([]);
  for (const [person, territoryId] of [[nadia, COMMUNE], [hugo, "60000"]]) {
    const { portfolioCreate } = await ask(
      "mutation($input: NewPortfolio!) { portfolioCreate(input: $input) { userErrors { message } } }",
      { input: { personId: person.id, territoryId, starts: "2020-01-01" } },
    );
    expect(portfolioCreate.userErrors).toEqual([]);
  }
  seen = { mark, nadia, hugo, anne, own };
  await request.dispose();
});

/** Puts the focus there as somebody who tabs would find it, and presses. */
async function press(locator, key = "Enter") {
  await locator.focus();
  await locator.press(key);
}

test("a question is asked, answered, handed over and closed, by keyboard", async ({ browser }) => {
  const { mark, nadia, hugo, anne, own } = seen;
  const title = `Qui loue un four? ${mark}`;
  const as = async (person, to) => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, to, person);
    return page;
  };

  // Anne asks, and sees whom it will reach before she sends it.
  const asker = await as(anne, "/questions");
  await expect(asker.getByText("Aucune question", { exact: true })).toBeVisible();
  await expectAccessible(asker);
  await press(asker.locator(".page-head").getByRole("link", { name: "Poser une question" }));
  await expect(asker.getByRole("heading", { level: 1, name: "Poser une question" })).toBeVisible();
  await asker.getByRole("combobox", { name: /^Commune/ }).focus();
  await asker.keyboard.type("Profondeville");
  await expect(asker.getByRole("option", { name: /^Profondeville/ })).toBeVisible();
  await asker.keyboard.press("ArrowDown");
  await asker.keyboard.press("Enter");
  await expect(asker.getByRole("status").filter({ hasText: nadia.name })).toContainText("suit Profondeville");
  await asker.getByRole("combobox", { name: /^Au nom du projet/ }).focus();
  await asker.keyboard.press("ArrowDown");
  await asker.keyboard.press("Enter");
  await asker.getByLabel("Votre question").focus();
  await asker.keyboard.type("Nous cherchons un four à pain.");
  await press(asker.getByRole("button", { name: "Enregistrer" }));
  await expect(asker.getByText("Ce champ est obligatoire.")).toBeVisible();
  await asker.getByLabel("En une ligne").focus();
  await asker.keyboard.type(title);
  await expectAccessible(asker);
  await press(asker.getByRole("button", { name: "Enregistrer" }));
  await expect(asker.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(asker.getByText(`Suivie par ${nadia.name}`)).toBeVisible();
  await expectAccessible(asker);

  // Nadia finds it on her desk and in her week, and answers.
  const officer = await as(nadia, "/ma-semaine");
  await expect(officer.getByRole("link", { name: title })).toBeVisible();
  await officer.keyboard.press("g");
  await officer.keyboard.press("b");
  await expect(officer.getByRole("heading", { level: 1, name: "Bureau" })).toBeVisible();
  await expect(officer.getByRole("link", { name: own.title })).toBeVisible();
  await expectAccessible(officer);
  await press(officer.getByRole("link", { name: title }));
  await officer.getByLabel("Votre message").focus();
  await officer.keyboard.type("Il y en a un à Floreffe.");
  await press(officer.getByRole("button", { name: "Écrire" }));
  await expect(officer.locator(".conversation")).toContainText("Il y en a un à Floreffe.");
  await expect(officer.locator(".request-top")).toContainText("répondue");

  // Anne reads it and asks further; Nadia hands it over.
  await asker.reload();
  await expect(asker.locator(".conversation")).toContainText("Il y en a un à Floreffe.");
  await asker.getByLabel("Votre message").fill("Et qui a la clé?");
  await press(asker.getByRole("button", { name: "Écrire" }));
  await expect(asker.locator(".conversation")).toContainText("Et qui a la clé?");
  await officer.reload();
  await expect(officer.locator(".conversation")).toContainText("Et qui a la clé?");
  await press(officer.getByRole("button", { name: "Passer à un·e collègue" }));
  const dialog = officer.getByRole("dialog");
  await dialog.getByLabel("À qui").selectOption({ label: hugo.name });
  await dialog.getByLabel("Un mot pour elle ou lui").fill("Tu connais Floreffe.");
  await expectAccessible(officer);
  await press(dialog.getByRole("button", { name: "Passer à un·e collègue" }));
  await expect(officer.getByText(`Suivie par ${hugo.name}`)).toBeVisible();
  await expect(officer.getByText(`de ${nadia.name} à ${hugo.name}`)).toBeVisible();
  await officer.goto("/bureau");
  await expect(officer.getByText("Aucune question n’attend.")).toBeVisible();

  // Hugo says what came of it.
  const colleague = await as(hugo, "/bureau");
  await press(colleague.getByRole("link", { name: title }));
  await press(colleague.getByRole("button", { name: "Clore" }));
  const closing = colleague.getByRole("dialog");
  await closing.getByLabel("Ce qui en est sorti").selectOption({ label: "Aide trouvée ou visite faite" });
  await closing.getByLabel("En quelques mots").focus();
  await colleague.keyboard.type("La commune prête son four.");
  await expectAccessible(colleague);
  await press(closing.getByRole("button", { name: "Clore" }));
  await expect(colleague.getByRole("heading", { name: "Aide trouvée ou visite faite" })).toBeVisible();
  await expectAccessible(colleague);

  // The project's page tells all of it, to its own people.
  await asker.goto(own.path);
  const story = asker.locator("section").filter({ has: asker.getByRole("heading", { name: "L’histoire du suivi" }) });
  await expect(story).toContainText("La commune prête son four.");
  await expect(story).toContainText("question passée");
  await expect(story).toContainText(`${nadia.name} commence à suivre Profondeville`);
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(own.path);
  const follows = visitor.locator("section").filter({ has: visitor.getByRole("heading", { name: "Qui suit ce territoire" }) });
  await expect(follows).toContainText("suit Profondeville");
  await expect(visitor.locator("main")).not.toContainText(nadia.name);
  await expectAccessible(visitor);
});

test("an absence brings a colleague's questions to the substitute, and the map shows who follows what", async ({ browser }) => {
  const { mark, nadia, hugo } = seen;
  const page = await (await browser.newContext()).newPage();
  await signIn(page, "/portefeuilles", nadia);
  await expect(page.getByText(/communes que personne ne suit/)).toBeVisible();
  await press(page.locator(".chips").getByRole("button", { name: `Hugo ${mark}` }));
  await expect(page.locator(".map-drawing .commune.lit").first()).toBeAttached();
  const lit = await page.locator(".map-drawing .commune.lit").count();
  expect(lit).toBeGreaterThan(30);
  await expectAccessible(page);
  await press(page.getByRole("button", { name: "Annoncer une absence" }));
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Dernier jour").fill("2030-01-31");
  await dialog.getByLabel("Remplacée ou remplacé par").selectOption({ label: hugo.name });
  await expectAccessible(page);
  await press(dialog.getByRole("button", { name: "Enregistrer" }));
  await expect(page.getByText(`remplacement : ${hugo.name}`)).toBeVisible();
  await page.goto("/questions/nouvelle?commune=92101");
  await expect(page.getByRole("status").filter({ hasText: nadia.name })).toContainText(`${hugo.name} s’en occupera`);
});
