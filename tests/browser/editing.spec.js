// Editing with others: a project from its beginning to what its history gives back, two editors at once, drafts that
// outlive a session, and a project member's own week.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, project, signIn } from "./people.js";

const save = (drawer) => drawer.getByRole("button", { name: "Enregistrer" }).click();

async function fillYear(drawer, label, year) {
  const field = drawer.getByRole("group", { name: label }).getByLabel("Année", { exact: true });
  await field.fill(year);
  await field.press("Tab");
}

test("a project is made, moved, and surrounded; visitors do not see its notes, and its history gives back", async ({ page, request, browser, baseURL }) => {
  await account(request, "OFFICER", "Odile Suivi");
  await signIn(page, "/projets");
  await page.getByRole("link", { name: "Ajouter un projet" }).click();
  await page.getByLabel("Intitulé").fill("Épicerie du quai");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Épicerie du quai" })).toBeVisible();
  const drawer = page.getByRole("dialog");
  const main = page.getByRole("main");

  await page.getByRole("button", { name: "Changer d’état" }).click();
  await drawer.getByLabel("Nouvel état").selectOption("RUNNING");
  await fillYear(drawer, "Depuis quand", "2026");
  await save(drawer);
  await expect(main.getByText("en cours").first()).toBeVisible();

  await page.getByRole("button", { name: "Écrire une note" }).click();
  await drawer.getByLabel("Texte").fill("Le bail n’est pas signé.");
  await save(drawer);
  await expect(main.getByText("Le bail n’est pas signé.").first()).toBeVisible();

  await page.getByRole("button", { name: "Ajouter un membre" }).click();
  await drawer.getByRole("combobox", { name: "Personne" }).fill("Odile");
  await drawer.getByRole("option", { name: /Odile Suivi/ }).first().click();
  await save(drawer);
  await expect(main.getByText("Odile Suivi").first()).toBeVisible();

  await page.getByRole("button", { name: "Ajouter un contact" }).click();
  await drawer.getByLabel("Objet").fill("Livraisons");
  await drawer.getByLabel("Nom").fill("Basile Quai");
  await save(drawer);
  await expect(main.getByText("Basile Quai")).toBeVisible();

  await page.getByRole("button", { name: "Ajouter un document" }).click();
  await drawer.getByLabel("Intitulé").fill("Plan d’affaires");
  await save(drawer);
  await expect(main.getByText("Plan d’affaires")).toBeVisible();
  await expectAccessible(page);

  const visitor = await (await browser.newContext({ baseURL, locale: "fr-BE" })).newPage();
  await visitor.goto(page.url());
  await expect(visitor.getByText("Plan d’affaires")).toBeVisible();
  for (const hidden of ["Le bail n’est pas signé.", "Basile Quai", "Odile Suivi"]) {
    await expect(visitor.getByText(hidden)).toHaveCount(0);
  }
  await visitor.goto(page.url().replace("/projets/", "/historique/"));
  await expect(visitor.getByText("Plan d’affaires").first()).toBeVisible();
  await expect(visitor.getByText("note de suivi", { exact: true })).toHaveCount(0);

  await page.getByRole("link", { name: "Historique" }).first().click();
  const note = page.getByRole("listitem").filter({ hasText: "note" }).filter({ hasText: "Créé" }).first();
  await note.getByRole("button", { name: "Annuler ce changement" }).click();
  await expect(page.getByText("C’est annulé.")).toBeVisible();
  await page.goBack();
  await expect(main.getByText("Aucune note.")).toBeVisible();
});

test("of two editors at once the second compares, and nothing that was typed is lost", async ({ page, request, browser, baseURL }) => {
  const editor = await account(request, "EDITOR", "Élise Autre");
  const { path } = await project(request, "Halle partagée");
  await signIn(page, path);
  const other = await (await browser.newContext({ baseURL, locale: "fr-BE" })).newPage();
  await signIn(other, path, editor);
  for (const one of [page, other]) {
    await one.getByRole("button", { name: "Modifier", exact: true }).click();
    await expect(one.getByRole("dialog").getByLabel("Intitulé")).toHaveValue("Halle partagée");
  }
  const [mine, theirs] = [page.getByRole("dialog"), other.getByRole("dialog")];
  await theirs.getByLabel("Intitulé").fill("Halle des deux rives");
  await theirs.getByLabel("Sigle").fill("HDR");
  await save(theirs);
  await expect(other.getByRole("heading", { level: 1, name: "Halle des deux rives" })).toBeVisible();

  await mine.getByLabel("Intitulé").fill("Halle du port");
  await mine.getByLabel("Résumé").fill("Un marché couvert.");
  await save(mine);
  await expect(mine.getByRole("heading", { name: "La fiche a changé entre-temps" })).toBeVisible();
  await expect(mine.getByText("Halle des deux rives")).toBeVisible();
  await expectAccessible(page);
  const title = mine.getByRole("group", { name: "Intitulé" });
  await expect(title.getByRole("radio", { name: /Halle du port/ })).toBeChecked();
  await title.getByRole("radio", { name: /Halle des deux rives/ }).check();
  await mine.getByRole("button", { name: "Garder ces choix" }).click();
  await expect(mine).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: "Halle des deux rives" })).toBeVisible();
  await expect(page.getByRole("main").getByText("Un marché couvert.")).toBeVisible();
  await expect(page.locator(".page-head .lead")).toHaveText("HDR");
});

test("a step that somebody else moved shows both moves", async ({ page, request }) => {
  const ask = await asking(request, administrator);
  const { chantier } = await ask('{ chantier(code: "finalite-sociale") { id } }');
  const { stepCreate } = await ask(
    "mutation($input: NewStep!) { stepCreate(input: $input) { step { id revision } userErrors { message } } }",
    { input: { chantierId: chantier.id, title: "Marché d’essai", starts: "2031", position: 90 } },
  );
  await signIn(page, `/chantiers/${chantier.id}`);
  await page.getByRole("link", { name: "Marché d’essai" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Déplacer" }).click();
  await fillYear(drawer, "Début", "2033");
  await drawer.getByLabel("Pourquoi").fill("Le site n’est pas prêt");
  await ask(
    "mutation($input: StepRescheduleInput!) { stepReschedule(input: $input) { userErrors { message } } }",
    { input: { id: stepCreate.step.id, expectedRevision: stepCreate.step.revision, starts: "2032", reason: "Retard" } },
  );
  await save(drawer);
  await expect(drawer.getByRole("heading", { name: "La fiche a changé entre-temps" })).toBeVisible();
  await expect(drawer.getByRole("radio", { name: /2033/ })).toBeChecked();
  await expect(drawer.getByRole("radio", { name: /2032/ })).toBeVisible();
  await drawer.getByRole("button", { name: "Garder ces choix" }).click();
  await expect(drawer.getByText(/Le site n’est pas prêt/)).toBeVisible();
  await expect(drawer.getByText(/Retard/)).toBeVisible();
});

test("a draft outlives its session and a reload, and a thrown-away one redraws its dates", async ({ page, request }) => {
  const { path } = await project(request, "Serre du plateau");
  await signIn(page, path);
  const drawer = page.getByRole("dialog");
  const edit = page.getByRole("button", { name: "Modifier", exact: true });
  await edit.click();
  await drawer.getByLabel("Résumé").fill("Une serre chauffée par le compost.");
  await fillYear(drawer, "Début", "2030");
  expect((await page.request.delete("/v1/session")).ok()).toBe(true);
  page.once("dialog", (dialog) => dialog.accept());
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Serre du plateau" })).toBeVisible();
  await expect(edit).toHaveCount(0);
  await signIn(page, path);
  await edit.click();
  await expect(drawer.getByText("Vous reprenez un brouillon gardé sur cet appareil.")).toBeVisible();
  await expect(drawer.getByLabel("Résumé")).toHaveValue("Une serre chauffée par le compost.");
  const year = drawer.getByRole("group", { name: "Début" }).getByLabel("Année", { exact: true });
  await expect(year).toHaveValue("2030");
  await drawer.getByRole("button", { name: "Effacer le brouillon" }).click();
  await expect(year).toHaveValue("");
  await expect(drawer.getByLabel("Résumé")).toHaveValue("Un essai.");
  await page.getByRole("button", { name: "Annuler cette action" }).click();
  await expect(year).toHaveValue("2030");
  await save(drawer);
  await expect(page.getByRole("main").getByText("Une serre chauffée par le compost.")).toBeVisible();
});

test("a project member's week holds their project and no other, and the menu says who they are", async ({ page, request }) => {
  const member = await account(request, "MEMBER", "Mathilde Maraîchère");
  const { title, path } = await project(request, "Verger des voisins", member);
  await signIn(page, "/ma-semaine", member);
  const main = page.getByRole("main");
  await expect(main.getByRole("article").getByRole("link", { name: title })).toBeVisible();
  await expect(main.getByText("Étapes ouvertes des chantiers de vos projets")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Compte de Mathilde Maraîchère" }).click();
  await expect(page.getByText("membre d’un projet")).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await main.getByRole("article").getByRole("link", { name: title }).click();
  await page.waitForURL(`**${path}`);
  await page.getByRole("button", { name: "Modifier", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Résumé").fill("Des pommes pour la rue.");
  await save(page.getByRole("dialog"));
  await expect(main.getByText("Des pommes pour la rue.")).toBeVisible();
  await page.goto("/projets?q=Broutards");
  await page.getByRole("heading", { name: "Les Broutards" }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: /Broutards/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Modifier", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Compte de Mathilde Maraîchère" }).click();
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await expect(page.getByRole("link", { name: "Se connecter" }).first()).toBeVisible();
});

test("two records of one organisation become one, with what they had, and two again", async ({ page, request }) => {
  const ask = await asking(request, administrator);
  const names = [`Ferme du Bac ${Date.now()}`, `La ferme du bac ${Date.now()}`];
  const made = [];
  for (const name of names) {
    const { organisationCreate } = await ask(
      "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { message } } }",
      { input: { name } },
    );
    made.push(organisationCreate.organisation.id);
  }
  const [stays, goes] = made;
  await ask("mutation($input: NewOffer!) { offerCreate(input: $input) { userErrors { message } } }", {
    input: { organisationId: goes, productType: "bread", title: "Pain du bac" },
  });
  await signIn(page, `/organisations/${stays}`);
  await page.getByRole("button", { name: "Fusionner avec…" }).click();
  const panel = page.getByRole("region", { name: "Fusionner avec…" });
  await panel.getByRole("combobox").fill(names[1]);
  await panel.getByRole("option", { name: names[1] }).first().click();
  await expect(panel.getByText(`« ${names[1]} » disparaît`)).toBeVisible();
  await expect(panel.getByText("offre", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Fusionner", exact: true }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByText("Pain du bac").first()).toBeVisible();
  await expect(page.getByRole("main").getByText(names[1]).first()).toBeVisible();
  await page.getByRole("button", { name: "Annuler cette action" }).click();
  await expect(page.getByText("C’est annulé.")).toBeVisible();
  await page.goto(`/organisations/${goes}`);
  await expect(page.getByRole("heading", { level: 1, name: names[1] })).toBeVisible();
  await expect(page.getByText("Pain du bac").first()).toBeVisible();
});
