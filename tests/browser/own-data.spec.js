// Somebody reads what the platform holds of them, takes it away as a file, and has it erased; administrators see it.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, signIn } from "./people.js";

test("my data: read, taken away, erased; administrators see the erasure", async ({ page, request }) => {
  const person = await account(request, "MEMBER", "Zoé Départ");
  await signIn(page, "/comptes/mes-donnees", person);
  await expect(page.getByRole("heading", { level: 1, name: "Mes données" })).toBeVisible();
  await expect(page.getByText(person.email)).toBeVisible();
  await expectAccessible(page);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Télécharger (JSON)" }).click();
  const file = await (await download).createReadStream();
  let text = "";
  for await (const part of file) text += part;
  expect(JSON.parse(text).data.account[0].email).toBe(person.email);

  await page.getByRole("button", { name: "Effacer le compte" }).click();
  await expect(page.getByRole("dialog", { name: "Effacer le compte de Zoé Départ ?" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Effacer pour de bon" }).click();
  await expect(page.getByText("Le compte est effacé.")).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: "Se connecter" })).toBeVisible();

  const ask = await asking(request, administrator);
  const { erasures } = await ask("{ erasures(first: 1) { nodes { recordType } } }");
  expect(erasures.nodes[0].recordType).toBe("PERSON");
  await signIn(page, "/comptes/effacements");
  await expect(page.getByRole("heading", { level: 1, name: "Effacements" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("listitem").first()).toBeVisible();
  await expectAccessible(page);
});
