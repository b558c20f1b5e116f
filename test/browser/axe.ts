/** axe in a page: WCAG 2.0 to 2.2 A and AA, and its best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVERYTHING = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

interface Axe {
  run(
    where: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What axe finds on a page. @param rules these alone, instead of all */
export async function axeOn(page: Page, rules?: readonly string[]): Promise<string[]> {
  const found = () =>
    page.evaluate(
      async (runOnly) => {
        const { axe } = globalThis as { axe?: Axe };
        const { violations } = (await axe?.run(document, {
          runOnly,
          resultTypes: ['violations'],
          preload: false,
          iframes: false,
          elementRef: false,
        })) ?? { violations: undefined };
        return violations?.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
        );
      },
      rules ? { type: 'rule', values: [...rules] } : EVERYTHING,
    );
  const known = await found();
  if (known) return known;
  await page.evaluate(AXE);
  return (await found()) as string[];
}
