// Starts the real server on an empty database of its own, and drives the real SPA in Debian's Chromium.
import { existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const root = fileURLToPath(new URL("../..", import.meta.url));
const chromium = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .find((path) => path && existsSync(path));

const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

// Each worker reads this file again: the first reading decides, the others find it in their environment.
process.env.CHANTIERS_BROWSER_PORT ??= String(await freePort());
process.env.CHANTIERS_BROWSER_PROVIDER_PORT ??= String(await freePort());
process.env.CHANTIERS_BROWSER_DATA ??= mkdtempSync(join(tmpdir(), "chantiers-browser-"));
process.env.CHANTIERS_ADMIN_EMAIL ??= "admin@chantiers.test";
process.env.CHANTIERS_ADMIN_PASSWORD ??= "correct horse battery staple";
// An address of the developer's own would take the place of the temporary database.
delete process.env.CHANTIERS_DATABASE_URL;
const baseURL = `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}`;

export default defineConfig({
  testDir: ".",
  globalTeardown: "./teardown.js",
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  // A debug server and a debug WASM module on a small machine, which may be busy with something else.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  workers: 2,
  use: {
    baseURL,
    locale: "fr-BE",
    timezoneId: "Europe/Brussels",
    // What the page was at each step, without the film of it, which costs as much as the test.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      executablePath: chromium,
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `${join(root, "target/debug/chantiers")} serve`,
    cwd: root,
    url: `${baseURL}/health/ready`,
    timeout: 60_000,
    stdout: "ignore",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    env: {
      CHANTIERS_DATA_DIR: process.env.CHANTIERS_BROWSER_DATA,
      CHANTIERS_LISTEN: `127.0.0.1:${process.env.CHANTIERS_BROWSER_PORT}`,
      CHANTIERS_PUBLIC_URL: baseURL,
      CHANTIERS_SPA_DIR: join(root, "frontend/dist"),
      CHANTIERS_LOG: "warn",
      // Webhooks of the tests are received by the tests.
      CHANTIERS_WEBHOOK_ALLOW_PRIVATE: "true",
      // The sign-in provider that identifying.spec.js starts, and stops.
      CHANTIERS_OIDC_ISSUER: `http://127.0.0.1:${process.env.CHANTIERS_BROWSER_PROVIDER_PORT}`,
      CHANTIERS_OIDC_CLIENT_ID: "chantiers",
      CHANTIERS_OIDC_CLIENT_SECRET: "un secret de navigateur",
      CHANTIERS_OIDC_NAME: "la Région",
    },
  },
});
