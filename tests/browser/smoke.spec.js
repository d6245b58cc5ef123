import { expect, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";

test("the home page loads without an error and is accessible", async ({ page }) => {
  const errors = [];
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/graphql") && asked.push(request.postDataJSON()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto("/");
  await expect(page.getByRole("main")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page);
  expect(errors).toEqual([]);
  // Our pages name their documents, and send no other.
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((body) => !/^sha256:[0-9a-f]{64}$/.test(body.documentId) || "query" in body)).toEqual([]);
});

test("a page that is older than its server says so, and loads itself again", async ({ page }) => {
  const unknown = { errors: [{ message: "", extensions: { code: "DOCUMENT_UNKNOWN" } }] };
  await page.route("**/graphql", (route) => route.fulfill({ status: 400, contentType: "application/graphql-response+json", body: JSON.stringify(unknown) }));
  await page.goto("/chantiers");
  const reload = page.getByRole("button", { name: "Recharger la page" });
  await expect(reload.first()).toBeVisible();
  await expectAccessible(page);
  await page.unroute("**/graphql");
  await reload.first().click();
  await expect(page.getByRole("heading", { name: "Légumeries" })).toBeVisible();
  await expect(reload).toHaveCount(0);
});
