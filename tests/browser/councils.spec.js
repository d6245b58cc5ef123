// Food policy councils: one from its installation to the evaluation of its year, wholly on the screen: who sits, a secret
// vote put in order by keyboard, what was decided, what came of it; and the other screens on a phone.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, signIn } from "./people.js";

const save = (drawer) => drawer.getByRole("button", { name: "Enregistrer" }).click();

async function fillDate(drawer, label, [year, month, day]) {
  const group = drawer.getByRole("group", { name: label });
  await group.getByLabel("Jour", { exact: true }).fill(day);
  await group.getByRole("combobox", { name: "Mois" }).selectOption({ index: Number(month) });
  const field = group.getByLabel("Année", { exact: true });
  await field.fill(year);
  await field.press("Tab");
}

test("a council from its installation to the evaluation of its year", async ({ page, request, browser, baseURL }) => {
  test.setTimeout(300_000);
  const members = [await account(request, "MEMBER", "Andréa Maraîche"), await account(request, "MEMBER", "Bilal Cantine")];
  const name = `CPA du parcours ${Date.now()}`;
  await signIn(page, "/conseils");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Nouveau conseil" }).click();
  await page.getByRole("textbox", { name: "Nom", exact: true }).fill(name);
  await page.getByLabel("Quorum").fill("50");
  await page.getByRole("combobox", { name: /^Territoire/ }).fill("Huy");
  await page.getByRole("option", { name: /arrondissement/i }).first().click();
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  const drawer = page.getByRole("dialog");
  const main = page.getByRole("main");

  // Installed, and what its setting up taught.
  await page.getByRole("button", { name: "Changer d’état" }).click();
  await drawer.getByLabel("État").selectOption("INSTALLED");
  await save(drawer);
  await expect(main.getByText("Installé").first()).toBeVisible();
  await main.getByRole("button", { name: /Modifier : Mobilisation/ }).click();
  await drawer.getByLabel("Essayé").fill("Trois soirées dans trois communes.");
  await drawer.getByLabel("Appris").fill("Inviter par téléphone.");
  await save(drawer);
  await expect(main.getByText("Inviter par téléphone.")).toBeVisible();

  // Who sits.
  for (const [place, [label, category]] of [["Maraîchage", "PRODUCTION"], ["Cantines scolaires", "CATERING"]].entries()) {
    await main.getByRole("button", { name: "Ajouter un siège" }).click();
    await drawer.getByLabel("Ce que le siège représente").fill(label);
    await drawer.getByLabel("Catégorie d’acteurs").selectOption(category);
    await drawer.getByRole("combobox", { name: /^Commune/ }).fill("Huy");
    await drawer.getByRole("option", { name: /^Huy/ }).first().click();
    await save(drawer);
    const row = main.getByRole("listitem").filter({ hasText: label }).last();
    await expect(row).toBeVisible();
    await row.getByRole("button", { name: "Ajouter une personne" }).click();
    await drawer.getByLabel("Nom", { exact: true }).fill(members[place].name);
    await drawer.getByRole("combobox", { name: /Compte/ }).fill(members[place].name);
    await drawer.getByRole("option", { name: new RegExp(members[place].email) }).click();
    await save(drawer);
    await expect(main.getByText(members[place].name).first()).toBeVisible();
  }
  await expect(main.locator(".council-categories li.none")).toHaveCount(10);
  await expect(main.getByText("1 commune a un siège")).toBeVisible();

  // A meeting with its quorum.
  await main.getByRole("button", { name: "Ajouter une réunion" }).click();
  await drawer.getByLabel("Intitulé").fill("Plénière d’installation");
  await fillDate(drawer, "Date", ["2026", "3", "10"]);
  await drawer.getByLabel("Tenue ?").selectOption("HELD");
  await drawer.getByLabel("Ordre du jour").fill("Priorités\nDivers");
  await drawer.getByLabel("Maraîchage").selectOption("PRESENT");
  await drawer.getByLabel("Cantines scolaires").selectOption("EXCUSED");
  await save(drawer);
  await expect(main.getByText("Quorum atteint")).toBeVisible();

  // Priorities, put in order in secret.
  await main.getByRole("button", { name: "Préparer un vote" }).click();
  await drawer.getByLabel("Question").fill("Par quoi commencer ?");
  await drawer.getByLabel("Options").fill("Cantines\nFoncier\nHalle");
  await drawer.getByLabel("Méthode").selectOption("RANKING");
  await save(drawer);
  await main.getByRole("button", { name: "Ouvrir le vote" }).click();
  await page.getByRole("dialog").getByText("2 sièges en mandat").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Ouvrir le vote" }).click();
  await expect(main.getByText("Ouvert", { exact: true })).toBeVisible();
  await expect(main.getByRole("button", { name: "Voter" })).toHaveCount(0);
  await expectAccessible(page);

  const path = new URL(page.url()).pathname;
  for (const [place, order] of [["Halle", "Cantines"], ["Cantines"]].entries()) {
    const voter = await (await browser.newContext({ baseURL, locale: "fr-BE" })).newPage();
    await signIn(voter, path, members[place]);
    await voter.getByRole("button", { name: "Voter" }).click();
    const ballot = voter.getByRole("dialog");
    for (const option of order) await ballot.getByRole("button", { name: option, exact: true }).click();
    if (place === 0) {
      // The second is put first by keyboard, and back: the focus stays on what was moved.
      await ballot.getByRole("button", { name: "Monter Cantines" }).focus();
      await voter.keyboard.press("Enter");
      await expect(ballot.getByText("1. Cantines 2. Halle")).toBeVisible();
      await ballot.getByRole("button", { name: "Descendre Cantines" }).focus();
      await voter.keyboard.press("Enter");
      await expect(ballot.getByText("1. Halle 2. Cantines")).toBeVisible();
      await expect(ballot.getByRole("button", { name: "Descendre Cantines" })).toBeFocused();
      await expectAccessible(voter);
    }
    await ballot.getByRole("button", { name: "Déposer ce bulletin" }).click();
    await expect(voter.getByText("Votre siège a voté.")).toBeVisible();
    await expect(voter.getByRole("button", { name: "Voter" })).toHaveCount(0);
    await expect(voter.locator(".vote-result")).toHaveCount(0);
    await voter.context().close();
  }

  await page.reload();
  await main.getByRole("button", { name: "Clôturer le vote" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Clôturer le vote" }).click();
  await expect(main.locator(".vote-result li").first()).toContainText("Cantines");
  await expect(main.locator(".vote-result li").first()).toContainText("5 points");
  await expect(main.getByRole("button", { name: "Clôturer le vote" })).toHaveCount(0);

  // What was decided, and what came of it.
  await main.getByRole("button", { name: "Noter une décision" }).click();
  await drawer.getByLabel("Intitulé").fill("Commencer par les cantines");
  await drawer.getByLabel("Suite au vote").selectOption({ label: "Par quoi commencer ?" });
  await save(drawer);
  await expect(main.getByText("suite à un vote")).toBeVisible();
  for (const action of ["Cahier des charges commun", "Visite d’une légumerie"]) {
    await main.getByRole("button", { name: "Prévoir une action" }).click();
    await drawer.getByLabel("Intitulé").fill(action);
    await save(drawer);
    await expect(main.getByText(action)).toBeVisible();
  }
  const row = (text) => main.locator(".project-rows > li").filter({ hasText: text });
  await row("Cahier des charges").getByRole("button", { name: "Noter l’avancement" }).click();
  await drawer.getByLabel("Avancement").selectOption("DONE");
  await save(drawer);
  await expect(row("Cahier des charges").getByText("Faite")).toBeVisible();
  await row("Visite").getByRole("button", { name: "Noter l’avancement" }).click();
  await drawer.getByLabel("Avancement").selectOption("ABANDONED");
  await save(drawer);
  await expect(drawer.getByLabel("Raison")).toHaveAttribute("aria-invalid", "true");
  await drawer.getByLabel("Raison").fill("La légumerie a fermé.");
  await save(drawer);
  await expect(row("Visite").getByText("La légumerie a fermé.")).toBeVisible();

  // The year, with what failed and why.
  await main.getByRole("button", { name: "Évaluer une année" }).click();
  await drawer.getByLabel("Réalisé").fill("Un cahier des charges commun.");
  await save(drawer);
  await expect(drawer.getByLabel("Ce qui a échoué")).toHaveAttribute("aria-invalid", "true");
  await drawer.getByLabel("Ce qui a échoué").fill("La visite, car la légumerie a fermé.");
  await save(drawer);
  await expect(main.getByText("La visite, car la légumerie a fermé.")).toBeVisible();
  await page.getByLabel("Année", { exact: true }).first().selectOption("2026");
  await expect(page).toHaveURL(/annee=2026/);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("Année 2026")).toBeVisible();
  await page.emulateMedia({ media: "screen" });

  // A visitor sees all of it but the names.
  const visitor = await (await browser.newContext({ baseURL, locale: "fr-BE" })).newPage();
  await visitor.goto(path);
  await expect(visitor.getByText("Cahier des charges commun").first()).toBeVisible();
  for (const member of members) await expect(visitor.getByText(member.name)).toHaveCount(0);
  await expectAccessible(visitor);
  await visitor.setViewportSize({ width: 390, height: 844 });
  expect(await visitor.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await visitor.context().close();
});

test("councils carry something together and stand side by side", async ({ page, request }) => {
  const ask = await asking(request, administrator);
  const { councils } = await ask("{ councils(first: 20) { nodes { id name } } }");
  const liege = councils.nodes.find((it) => it.name.includes("Liège"));
  await signIn(page, "/conseils/ensemble");
  const title = `Mémorandum ${Date.now()}`;
  await page.getByRole("button", { name: "Proposer un travail commun" }).first().click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("Intitulé").fill(title);
  await save(drawer);
  const card = page.getByRole("article").filter({ hasText: title });
  await card.getByRole("button", { name: "Noter une position" }).click();
  await drawer.getByRole("combobox", { name: /conseil/i }).fill("Liège");
  await drawer.getByRole("option", { name: /Liège/ }).first().click();
  await drawer.getByLabel("Position").selectOption("DECLINED");
  await save(drawer);
  await expect(drawer.getByLabel("Raison")).toHaveAttribute("aria-invalid", "true");
  await drawer.getByLabel("Raison").fill("Pas encore débattu.");
  await save(drawer);
  await expect(card.getByText("Pas encore débattu.")).toBeVisible();
  await expectAccessible(page);

  await page.goto("/conseils/comparer");
  await page.getByRole("button", { name: liege.name }).click();
  await page.getByRole("button", { name: /Condroz/ }).first().click();
  await expect(page.getByRole("table").getByRole("columnheader", { name: new RegExp(liege.name) })).toBeVisible();
  await expect(page).toHaveURL(/conseil=/);
  await expectAccessible(page);
});

for (const path of ["/conseils", "/conseils/ensemble", "/conseils/comparer"]) {
  test(`${path} fits a phone and is accessible there`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible(page);
  });
}
