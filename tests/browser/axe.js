// The accessibility check that every page passes: WCAG 2.2 A and AA.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export async function expectAccessible(page) {
  // What is on its way to another colour is judged where it arrives.
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations()
      .filter((it) => it.effect?.getComputedTiming().endTime !== Infinity)
      .map((it) => it.finished),
  ));
  // Evaluated rather than added as a script tag, which the page's content security policy refuses.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), tags);
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
  expect(found).toEqual([]);
}
