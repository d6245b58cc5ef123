// A partner's webhooks: made with a secret that is shown once, tried out, their messages read and sent again, another
// secret, removed; refused to others; accessible everywhere.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, signIn } from "./people.js";

/** A partner's program: keeps what it receives, and answers as it is told. */
async function receiver() {
  const received = [];
  const answer = { status: 204, text: "" };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(answer.status, { "content-type": "text/plain" }).end(answer.text);
  });
  await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
  return { received, answer, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
}

/** Whether one of a message's signatures is by this secret. */
function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const right = createHmac("sha256", key).update(content).digest();
  return headers["webhook-signature"].split(" ").some((part) => {
    const [version, signature] = part.split(",");
    const given = Buffer.from(signature, "base64");
    return version === "v1" && given.length === right.length && timingSafeEqual(given, right);
  });
}

/** A farm of this test's own and its partner. */
async function farm(request) {
  const ask = await asking(request, administrator);
  const name = `Ferme à l’écoute ${Date.now()}-${process.pid}`;
  const { organisationCreate } = await ask(
    "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id revision } userErrors { message } } }",
    { input: { name } },
  );
  const { organisation } = organisationCreate;
  const partner = await account(request, "PARTNER", `Paule ${Date.now()}`, organisation.id);
  const rename = async (revision, to) => {
    const { organisationUpdate } = await ask(
      "mutation($input: OrganisationPatch!) { organisationUpdate(input: $input) { organisation { revision } userErrors { message } } }",
      { input: { id: organisation.id, expectedRevision: revision, name: to } },
    );
    expect(organisationUpdate.userErrors).toEqual([]);
    return organisationUpdate.organisation.revision;
  };
  return { ...organisation, name, partner, rename };
}

async function everywhere(page) {
  await page.waitForLoadState("networkidle");
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("a webhook is made, tried, read, sent again, given another secret, paused and removed", async ({ page, request, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const here = await receiver();
  const { id, revision, name, partner, rename } = await farm(request);

  // Found from the account's menu and from the organisation; empty, it says what a webhook is.
  await signIn(page, `/organisations/${id}`, partner);
  await page.getByRole("link", { name: "Webhooks", exact: true }).click();
  await expect(page).toHaveURL(/\/webhooks\?organisation=/);
  await page.getByRole("button", { name: /Compte de/ }).click();
  await page.getByRole("link", { name: "Webhooks", exact: true }).click();
  await expect(page.getByText("Un webhook est une adresse à vous qui reçoit un message")).toBeVisible();
  await expect(page.getByRole("link", { name: "Mode d’emploi" }).first()).toHaveAttribute("href", "/v1/docs/webhooks.md");
  expect(await (await request.get("/v1/docs/webhooks.md")).text()).toContain("Being told that something changed");
  await everywhere(page);

  // Making one: the same checks as the server's, under their field; what was typed outlives a reload.
  await page.getByRole("link", { name: "Nouveau webhook" }).click();
  await page.getByLabel("Adresse").fill("ferme.be/hook");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByLabel("Adresse")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Adresse").fill(here.url);
  await page.getByRole("group", { name: "Ce qu’il annonce" }).getByRole("button", { name: "organisation" }).click();
  await everywhere(page);
  page.on("dialog", (leaving) => leaving.accept());
  await page.reload();
  await expect(page.getByLabel("Adresse")).toHaveValue(here.url);
  await page.getByRole("button", { name: "Enregistrer" }).click();

  // The secret, once.
  const secret = page.getByRole("dialog", { name: "Le secret de ce webhook" });
  const first = await secret.getByLabel("Secret").inputValue();
  expect(first).toMatch(/^whsec_/);
  await secret.getByRole("button", { name: "Copier" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  await everywhere(page);
  await secret.getByRole("button", { name: "Fermer" }).first().click();
  await expect(page).toHaveURL(/\/webhooks\/webhook_/);
  await expect(page.getByText("Pas encore essayé")).toBeVisible();
  await expect(page.getByLabel("Clé publique")).toHaveValue(/^whpk_/);
  await page.reload();
  await expect(page.getByText("Pas encore essayé")).toBeVisible();
  await expect(secret).toBeHidden();
  expect(await page.content()).not.toContain(first);

  // A test arrives, signed, and its answer is said without a reload.
  await page.getByRole("button", { name: "Envoyer un essai" }).click();
  await expect(page.getByText("L’essai est arrivé")).toBeVisible();
  await expect(page.getByText(/réponse 204, en \d+\sms/).first()).toBeVisible();
  await expect(page.locator(".webhook-health")).toHaveText("Fonctionne");
  await expect(page.getByRole("button", { name: "Envoyer un essai" })).toBeFocused();
  expect(isSigned(here.received[0], first)).toBe(true);

  // An endpoint that fails: what came of it, attempt by attempt.
  Object.assign(here.answer, { status: 500, text: "la base est pleine" });
  const renamed = await rename(revision, `${name} bis`);
  await expect.poll(() => here.received.length).toBeGreaterThan(1);
  await page.reload();
  await expect(page.locator(".webhook-health")).toHaveText("Rien n’arrive");
  await page.getByRole("group", { name: "État des messages" }).getByRole("button", { name: "En attente" }).click();
  await expect(page).toHaveURL(/etat=WAITING/);
  const line = page.locator(".webhook-message").filter({ hasText: "organisation : changement" });
  await line.getByRole("button", { name: "organisation : changement" }).click();
  await expect(page).toHaveURL(/message=msg_/);
  const attempts = line.getByRole("table");
  await expect(attempts.getByRole("row").nth(1)).toContainText("réponse 500");
  await expect(attempts).toContainText("la base est pleine");
  await expect(line.getByText(/Nouvel essai le/)).toBeVisible();
  await expect(line.getByRole("link", { name: `${name} bis` })).toHaveAttribute("href", `/organisations/${id}`);
  await everywhere(page);

  // A link to that message shows it; it works again, and the message is sent again, under the same name.
  const address = page.url();
  Object.assign(here.answer, { status: 204, text: "" });
  await page.goto(address);
  await line.getByRole("button", { name: "Renvoyer ce message" }).click();
  await expect(attempts.getByRole("row").nth(1)).toContainText("réponse 204");
  await expect(line.locator(".status")).toHaveText("Arrivé");
  await expect(page.locator(".webhook-health")).toHaveText("Fonctionne");
  const names = new Set(here.received.slice(1).map(({ headers }) => headers["webhook-id"]));
  expect(names.size).toBe(1);

  // Another secret: both sign for a day.
  await page.getByRole("button", { name: "Changer le secret…" }).click();
  const sure = page.getByRole("dialog", { name: "Changer le secret ?" });
  await expect(sure).toContainText("24 heures");
  await sure.getByRole("button", { name: "Changer le secret" }).click();
  const second = await secret.getByLabel("Secret").inputValue();
  expect(second).toMatch(/^whsec_/);
  expect(second).not.toBe(first);
  await expect(secret).toContainText("chaque message porte les deux signatures");
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Clé publique")).toHaveCount(2);
  await page.getByRole("button", { name: "Envoyer un essai" }).click();
  await expect(page.getByText("L’essai est arrivé")).toBeVisible();
  const last = here.received.at(-1);
  expect([isSigned(last, first), isSigned(last, second)]).toEqual([true, true]);

  // Those of a time again.
  const before = here.received.length;
  await page.getByRole("button", { name: "Renvoyer plusieurs messages…" }).click();
  const again = page.getByRole("dialog", { name: "Renvoyer plusieurs messages" });
  await again.getByLabel("Messages de quand").selectOption("la dernière heure");
  await again.getByLabel("Seulement ce qui a échoué").uncheck();
  await expectAccessible(page);
  await again.getByRole("button", { name: "Renvoyer", exact: true }).click();
  await expect(page.getByText("3 messages remis en file.")).toBeVisible();
  await expect.poll(() => here.received.length).toBe(before + 3);

  // Edited in place; then paused: what changes meanwhile waits.
  await page.getByRole("button", { name: "Modifier" }).click();
  await page.getByLabel("À quoi il sert").fill("Le cache de la ferme");
  await page.getByLabel("Provinces").fill("nam");
  await page.getByRole("option", { name: "Namur" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Le cache de la ferme");
  await expect(page.locator(".facts")).toContainText("Namur");
  await page.getByRole("button", { name: "Mettre en pause" }).click();
  await expect(page.locator(".webhook-health")).toHaveText("En pause");
  await expect(page.getByRole("button", { name: "Envoyer un essai" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Remettre en service" }).click();
  await expect(page.locator(".webhook-health")).toHaveText("Fonctionne");

  // An address that is gone stops it; it can be taken back into use.
  Object.assign(here.answer, { status: 410 });
  await page.getByRole("button", { name: "Envoyer un essai" }).click();
  await expect(page.locator(".webhook-health")).toHaveText("Arrêté");
  await expect(page.getByText("l’adresse a répondu 410")).toBeVisible();
  await page.goto("/webhooks");
  await expect(page.locator(".webhook-card")).toContainText("Arrêté");
  await everywhere(page);
  await page.locator(".webhook-card").getByRole("link").click();
  await page.getByRole("button", { name: "Remettre en service" }).click();
  await expect(page.locator(".webhook-health")).toHaveText("Fonctionne");
  expect(renamed).toBe(revision + 1);

  // Removed, after the one question that says what is lost.
  await page.getByRole("button", { name: "Supprimer", exact: true }).click();
  const lost = page.getByRole("dialog", { name: "Supprimer ce webhook ?" });
  await expect(lost).toContainText("perdus pour de bon");
  await lost.getByRole("button", { name: "Supprimer le webhook" }).click();
  await expect(page.getByText("Aucun webhook pour l’instant")).toBeVisible();
  here.close();
});

test("whoever else is told why not: a visitor, and somebody of another organisation", async ({ page, request }) => {
  const { id } = await farm(request);
  await page.goto("/webhooks");
  await expect(page.getByText("Connectez-vous pour voir vos webhooks")).toBeVisible();
  await everywhere(page);
  const other = await account(request, "EDITOR", "Une éditrice");
  await signIn(page, "/webhooks", other);
  await expect(page.getByText("Ces webhooks ne sont pas les vôtres")).toBeVisible();
  await page.goto("/webhooks/nouveau");
  await expect(page.getByText("Ces webhooks ne sont pas les vôtres")).toBeVisible();
  await everywhere(page);
  await page.goto(`/organisations/${id}`);
  await expect(page.getByRole("button", { name: "Modifier" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Webhooks", exact: true })).toHaveCount(0);
});

test("an administrator makes one for an organisation; somebody who was quicker is compared", async ({ page, request }) => {
  const here = await receiver();
  const { id, name } = await farm(request);
  await signIn(page, `/webhooks/nouveau?organisation=${id}`);
  await expect(page.locator(".combobox").first()).toContainText(name);
  await page.getByLabel("Adresse").fill(here.url);
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Fermer" }).first().click();
  await page.getByRole("button", { name: "Modifier" }).click();
  await page.getByLabel("À quoi il sert").fill("Le mien");
  const ask = await asking(request, administrator);
  const webhook = new URL(page.url()).pathname.split("/").pop();
  await ask(
    "mutation($input: WebhookPatch!) { webhookUpdate(input: $input) { userErrors { message } } }",
    { input: { id: webhook, expectedRevision: 1, description: "Le leur", types: ["NEED"] } },
  );
  await page.getByRole("button", { name: "Enregistrer" }).click();
  const both = page.getByRole("region", { name: "La fiche a changé entre-temps" });
  await expect(both.getByText("Le leur")).toBeVisible();
  await expect(both.getByText("demande", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await both.getByRole("button").last().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Le mien");
  await expect(page.locator(".facts")).toContainText("demande");
  here.close();
});
