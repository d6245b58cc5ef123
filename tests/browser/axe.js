// The accessibility check that every page passes: WCAG 2.2 A and AA.
import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";

export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
  expect(found).toEqual([]);
}
