import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** No finding of axe on the screen as it stands, by day and by night. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await settledColours(page)
    let found = await findings(page)
    if (found.length > 0) {
      // What was found may have been on its way, as a button that is enabled just then: what stays is a fault.
      await settledColours(page)
      found = await findings(page)
    }
    expect(found, `${screen}, ${colorScheme}`).toEqual([])
  }
}

async function findings(page: Page): Promise<string[]> {
  // Legacy mode stays in this page: the window's context has no second one.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n  ')}`),
    ...(await namedByNothing(page)),
  ]
}

/** What says that something names it which is not there. axe leaves it to a person. */
async function namedByNothing(page: Page): Promise<string[]> {
  return await page
    .locator('[aria-labelledby]')
    .evaluateAll((all) =>
      all
        .filter((one) =>
          (one.getAttribute('aria-labelledby') ?? '')
            .split(/\s+/)
            .some((id) => document.getElementById(id) === null),
        )
        .map((one) => `aria-labelledby: ${one.outerHTML.slice(0, 200)}`),
    )
}

/** A change of colour takes less; one that never says that it has ended, for what it changes is drawn no more, is not waited for. */
const longestMs = 5000

/** A colour on its way from one to another is no colour to be judged: a button that was just enabled is pale for a moment. */
async function settledColours(page: Page): Promise<void> {
  await page.evaluate(async (ms) => {
    const settled = async (): Promise<void> => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const under = document.getAnimations().filter((one) => one instanceof CSSTransition)
      await Promise.allSettled(under.map(({ finished }) => finished))
    }
    await Promise.race([settled(), new Promise((resolve) => setTimeout(resolve, ms))])
  }, longestMs)
}
