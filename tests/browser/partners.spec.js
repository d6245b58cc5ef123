// A partner's machine: made with a secret that is shown once, what it asks and pushes, what is refused of it and how that is
// mended, how far its source can be trusted; another secret, other territories; refused to others; accessible everywhere.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { account, administrator, asking, signIn } from "./people.js";

/** An organisation and a source of this test's own, with a partner and a colleague of the cell. */
async function house(request) {
  const ask = await asking(request, administrator);
  const sign = `${Date.now()}-${process.pid}`;
  const name = `Coopérative des champs ${sign}`;
  const { organisationCreate } = await ask(
    "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { message } } }",
    { input: { name } },
  );
  const { sourceCreate } = await ask(
    "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id code name } userErrors { message } } }",
    { input: { code: `champs-${sign}`, name: `Annuaire des champs ${sign}`, standing: "CONNECTED" } },
  );
  const { organisation } = organisationCreate;
  const partner = await account(request, "PARTNER", `Paule ${sign}`, organisation.id);
  return { ask, sign, name, id: organisation.id, source: sourceCreate.source, partner };
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

/** What a machine does: signs in, pushes, asks. */
async function machine(request, id, secret) {
  const answer = await request.post("/oauth/token", {
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` },
    form: { grant_type: "client_credentials" },
  });
  if (!answer.ok()) return { status: answer.status(), ...(await answer.json()) };
  const { access_token: token } = await answer.json();
  const headers = { authorization: `Bearer ${token}` };
  return {
    status: answer.status(),
    push: async (source, rows) => (await request.post(`/v1/sources/${source}/records`, { headers, data: rows })).json(),
    query: async (query) => (await request.post("/graphql", { headers, data: { query } })).json(),
  };
}

async function choose(page, label, text) {
  const field = page.getByRole("combobox", { name: label });
  await field.fill(text);
  await page.getByRole("option", { name: text }).first().click();
  // Several can be chosen: the list stays open until one goes on.
  await field.press("Tab");
}

test("a machine is made, works, is mended, given another secret, limited and stopped", async ({ page, request, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { sign, name, source } = await house(request);

  // Found from the account's menu.
  await signIn(page, "/", administrator);
  await page.getByRole("button", { name: /Compte de/ }).click();
  await page.getByRole("link", { name: "Machines partenaires", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Machines partenaires" })).toBeVisible();
  await everywhere(page);

  // Making one: the same checks as the server's, under their fields; what was typed outlives a reload.
  await page.getByRole("link", { name: "Ajouter une machine" }).click();
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByLabel("Nom", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("group", { name: "Peut" }).first().getByRole("alert")).toBeVisible();
  const called = `Annuaire, production ${sign}`;
  await page.getByLabel("Nom", { exact: true }).fill(called);
  await page.getByRole("button", { name: "Envoyer des fiches" }).click();
  await expect(page.getByText("organisations, offres et demandes sous ses sources")).toBeVisible();
  await choose(page, /Organisation/, name);
  await choose(page, /Sources/, source.name);
  await page.getByLabel("Durée du secret").selectOption("30");
  await everywhere(page);
  page.on("dialog", (leaving) => leaving.accept());
  await page.reload();
  await expect(page.getByLabel("Nom", { exact: true })).toHaveValue(called);
  await page.getByLabel("Durée du secret").selectOption("30");
  await page.getByRole("button", { name: "Enregistrer" }).click();

  // The secret, once.
  const shown = page.getByRole("dialog", { name: "Le secret de cette machine" });
  const first = await shown.getByLabel("Secret (client_secret)").inputValue();
  const client = await shown.getByLabel("Identifiant (client_id)").inputValue();
  await shown.getByRole("button", { name: "Copier" }).last().click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  await everywhere(page);
  await shown.getByRole("button", { name: "Fermer" }).first().click();
  await expect(page).toHaveURL(new RegExp(`/machines/${client}$`));
  await expect(page.getByText("Ne s’est jamais connectée.")).toBeVisible();
  expect(await page.content()).not.toContain(first);

  // It works: what it pushes, what is refused of it, what it still calls that is going.
  const program = await machine(request, client, first);
  const bread = (id, months) => ({ externalId: id, organisationExternalId: "f1", productType: "bread", title: `Pain ${sign}`, months });
  const pushed = await program.push(source.code, {
    organisations: [{ externalId: "f1", name: `Ferme des champs ${sign}`, commune: "92094" }, { externalId: "f2", commune: "92094" }],
    offers: [bread("o1", [1, 2]), bread("o2", [13]), bread("o3", [14])],
  });
  expect(pushed.counts.rejected).toBe(3);
  await program.query("{ steps(first: 1) { nodes { late } } }");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("region", { name: "Appels à remplacer" }).getByText("Step.isLate")).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator(".partner-state")).toHaveText("Secret à remplacer");
  await expect(page.getByText(/Dernière connexion/)).toBeVisible();
  const refused = page.getByRole("region", { name: "Lignes refusées" });
  await expect(refused.getByRole("link", { name: source.name })).toHaveAttribute("href", `/sources/${source.id}`);
  await expect(refused.getByText("2 lignes")).toBeVisible();
  await expect(refused.getByText("Corrigez la valeur dans l’annuaire, puis renvoyez la ligne.")).toBeVisible();
  await expect(refused.getByText("Remplissez ce champ dans l’annuaire, puis renvoyez la ligne.")).toBeVisible();
  const usage = page.getByRole("region", { name: "Usage" });
  await expect(usage.getByText(/En 42 jours : 2 requêtes/)).toBeVisible();
  await usage.getByText("Jour par jour", { exact: true }).click();
  await expect(usage.getByRole("row")).toHaveCount(2);
  const trust = page.getByRole("region", { name: "Confiance" });
  await expect(trust.getByRole("progressbar", { name: "Fraîcheur" })).toHaveAttribute("aria-valuetext", "1 sur 1");
  await expect(trust.getByRole("progressbar", { name: "Lignes refusées" })).toHaveAttribute("aria-valuetext", "3 sur 5");
  await expect(page.getByRole("region", { name: "Messages livrés" }).getByText("Aucun webhook")).toBeVisible();
  await everywhere(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await everywhere(page);
  await page.emulateMedia({ colorScheme: "light" });

  // Another secret: both are good, and the page says until when. Its box is worked by keyboard.
  await page.getByRole("button", { name: "Donner un autre secret" }).press("Enter");
  const box = page.getByRole("dialog", { name: "Un autre secret" });
  await box.getByLabel("Durée du secret").selectOption("180");
  await expectAccessible(page);
  await box.getByRole("button", { name: "Donner un autre secret" }).press("Enter");
  const second = await shown.getByLabel("Secret (client_secret)").inputValue();
  await expect(shown.getByText(/Le secret précédent vaut encore jusqu/)).toBeVisible();
  await shown.getByRole("button", { name: "Fermer" }).first().click();
  await expect(page.locator(".partner-state")).toHaveText("En service");
  await expect(page.locator(".partner-secrets li")).toHaveCount(2);
  for (const secret of [first, second]) expect((await machine(request, client, secret)).status).toBe(200);

  // Limited to a province, while somebody else renames it: both versions side by side.
  await page.getByRole("button", { name: "Modifier" }).click();
  await choose(page, /Territoires/, "Namur");
  const { ask } = { ask: await asking(request, administrator) };
  const { clientUpdate } = await ask(
    "mutation($input: ClientUpdateInput!) { clientUpdate(input: $input) { userErrors { message } } }",
    { input: { id: client, expectedRevision: 1, name: `${called} bis` } },
  );
  expect(clientUpdate.userErrors).toEqual([]);
  await page.getByRole("button", { name: "Enregistrer" }).click();
  await expect(page.getByRole("group", { name: "Nom" })).toContainText(`${called} bis`);
  await everywhere(page);
  await page.getByRole("button", { name: "Garder ces choix" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `${called} bis` })).toBeVisible();
  await expect(page.getByRole("region", { name: "Cette machine" }).getByRole("link", { name: /Namur/ })).toBeVisible();

  // Stopped: asked first, and at once.
  await page.getByRole("button", { name: "Arrêter", exact: true }).click();
  await page.getByRole("dialog", { name: "Arrêter cette machine ?" }).getByRole("button", { name: "Arrêter", exact: true }).click();
  await expect(page.locator(".partner-state")).toHaveText("Arrêtée");
  expect((await machine(request, client, second)).error).toBe("invalid_client");
  await page.getByRole("button", { name: "Laisser se connecter" }).click();
  await expect(page.locator(".partner-state")).toHaveText("En service");
});

test("a partner sees its own machine and gives it a secret; others are told why they see none", async ({ page, request }) => {
  const { ask, sign, id, partner } = await house(request);
  const { clientCreate } = await ask(
    "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } userErrors { message } } }",
    { input: { name: `Machine ${sign}`, organisationId: id, scopes: ["EXCHANGE_READ"] } },
  );
  const client = clientCreate.client.id;
  await signIn(page, "/machines", partner);
  await expect(page.getByRole("link", { name: "Ajouter une machine" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: `Machine ${sign}` })).toBeVisible();
  await everywhere(page);
  await page.getByRole("link", { name: `Machine ${sign}` }).click();
  await expect(page.locator(".partner-state")).toHaveText("Pas encore utilisée");
  await expect(page.getByRole("button", { name: "Modifier" })).toHaveCount(0);
  await expect(page.getByText("Rien n’est publié de ses sources")).toBeVisible();
  await expect(page.getByText("Rien demandé ni envoyé ces 42 derniers jours.")).toBeVisible();
  await everywhere(page);
  await page.getByRole("button", { name: "Donner un autre secret" }).click();
  await page.getByRole("dialog", { name: "Un autre secret" }).getByRole("button", { name: "Donner un autre secret" }).click();
  await page.getByRole("dialog", { name: "Le secret de cette machine" }).getByRole("button", { name: "Fermer" }).first().click();
  await expect(page.locator(".partner-secrets li")).toHaveCount(2);
  await page.goto("/machines/nouvelle");
  await expect(page.getByText("Ces machines ne sont pas les vôtres")).toBeVisible();
});

test("a visitor is asked to sign in, a member is told whose the machines are", async ({ page, request }) => {
  await page.goto("/machines");
  await expect(page.getByText("Connectez-vous pour voir vos machines")).toBeVisible();
  await everywhere(page);
  const member = await account(request, "MEMBER", `Mona ${Date.now()}`);
  await signIn(page, "/machines", member);
  await expect(page.getByText("Ces machines ne sont pas les vôtres")).toBeVisible();
  await everywhere(page);
  await page.goto("/machines/client_01h455vb4pex5vsknk084sn02q");
  await expect(page.getByText(/n’existe pas|introuvable/i).first()).toBeVisible();
});
