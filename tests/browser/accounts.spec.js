// One's own account: sessions, a forgotten password, the second step of signing in; and what administrators see of it.
import { createHmac } from "node:crypto";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, signIn } from "./people.js";

const phone = { width: 390, height: 844 };

/** The link that waits in the outbox for this address. */
async function resetPath(request, email) {
  const ask = await asking(request, administrator);
  for (let turn = 0; turn < 60; turn += 1) {
    const { mails } = await ask("{ mails(waiting: true, first: 50) { nodes { kind to text } } }");
    const mail = mails.nodes.find((it) => it.kind === "PASSWORD_RESET" && it.to === email);
    if (mail) return new URL(mail.text.split("\n").find((line) => line.includes("/mot-de-passe/"))).pathname;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error("no link was written");
}

/** The code that an authenticator shows for this secret, so many steps from now (RFC 6238). */
function codeOf(secret, ahead = 0) {
  const bits = [...secret].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const sum = createHmac("sha1", key).update(step).digest();
  const at = sum[19] & 15;
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("somebody sees where they are signed in and ends the other sessions", async ({ page, request, browser }) => {
  const person = await account(request, "MEMBER", "Camille Sessions");
  await signIn(page, "/mon-compte", person);
  const other = await (await browser.newContext()).newPage();
  await signIn(other, "/ma-semaine", person);
  await page.reload();
  await expect(page.getByText("cette session")).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize(phone);
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  await page.getByRole("button", { name: "Fermer toutes les autres" }).click();
  await expect(page.getByText(/Sessions fermées/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Fermer toutes les autres" })).toHaveCount(0);
  await other.goto("/mon-compte");
  await expect(other.getByRole("main").getByRole("link", { name: "Se connecter" })).toBeVisible();
});

test("a forgotten password is replaced by a link that comes by mail", async ({ page, request }) => {
  const person = await account(request, "MEMBER", "Camille Oubli");
  await page.goto("/connexion");
  await page.getByRole("link", { name: /Mot de passe oublié/ }).click();
  await page.getByLabel("Adresse électronique").fill(person.email);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Envoyer un lien" }).click();
  await expect(page.getByText(/Si .* a un compte/)).toBeVisible();
  const path = await resetPath(request, person.email);
  await page.goto(path);
  await expect(page.getByText(/Bonjour, Camille Oubli/)).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Nouveau mot de passe").fill("un panier de saison");
  await page.getByLabel("Le mot de passe encore une fois").fill("un panier de saison");
  await page.getByRole("button", { name: "Changer mon mot de passe" }).click();
  await expect(page.getByRole("main").getByText("Mot de passe changé", { exact: true })).toBeVisible();
  await page.goto(path);
  await expect(page.getByText("Ce lien ne sert plus")).toBeVisible();
  await signIn(page, "/mon-compte", { ...person, password: "un panier de saison" });
});

test("somebody adds a second step, signs in with it, and an administrator takes it away", async ({ page, request, browser }) => {
  const person = await account(request, "MEMBER", "Camille Deux");
  await signIn(page, "/mon-compte", person);
  await page.getByText("Ajouter une deuxième étape").first().click();
  const form = page.getByRole("group").filter({ hasText: "Ajouter une deuxième étape" });
  await form.getByLabel("Mot de passe actuel").fill(person.password);
  await form.getByRole("button", { name: "Ajouter une deuxième étape" }).click();
  await expect(page.getByRole("img", { name: /code QR/ })).toBeVisible();
  await expectAccessible(page);
  const secret = await page.getByRole("textbox", { name: "Secret à taper" }).inputValue();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Activer" }).click();
  await expect(page.getByText("La deuxième étape est active.")).toBeVisible();
  const codes = (await page.getByRole("textbox", { name: "Codes de secours" }).inputValue()).split(" ");
  expect(codes.length).toBe(10);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Je les ai gardés" }).click();
  await expect(page.getByText(/codes de secours.*10/)).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto("/connexion?vers=/mon-compte");
  await other.getByLabel("Adresse électronique").fill(person.email);
  await other.getByLabel("Mot de passe").fill(person.password);
  await other.keyboard.press("Enter");
  await other.getByLabel("Code", { exact: true }).fill("000000");
  await expectAccessible(other);
  await other.getByRole("button", { name: "Se connecter" }).click();
  await expect(other.getByRole("alert")).toBeVisible();
  await other.getByLabel("Code", { exact: true }).fill(codes[0]);
  await other.getByRole("button", { name: "Se connecter" }).click();
  await other.waitForURL("**/mon-compte");
  await expect(other.getByText(/codes de secours.*9/)).toBeVisible();

  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, `/comptes?q=${encodeURIComponent("Camille Deux")}`);
  const card = admin.getByRole("listitem").filter({ hasText: person.email });
  await card.getByRole("button", { name: "Retirer sa deuxième étape" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Retirer sa deuxième étape" }).click();
  await expect(admin.getByText("Deuxième étape retirée")).toBeVisible();
  await admin.goto("/comptes/securite");
  await expect(admin.getByText("deuxième étape retirée").first()).toBeVisible();
  await expectAccessible(admin);
  const again = await (await browser.newContext()).newPage();
  await signIn(again, "/mon-compte", person);
});
