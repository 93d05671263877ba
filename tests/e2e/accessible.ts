import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** No finding of axe on the screen as it stands, by day and by night. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await settledColours(page)
    // Legacy mode stays in this page: the window's context has no second one.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n  ')}`,
    )
    expect(found, `${screen}, ${colorScheme}`).toEqual([])
  }
}

/** A colour on its way from one to another is no colour to be judged: a button that was just enabled is pale for a moment. */
async function settledColours(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    const under = document.getAnimations().filter((one) => one instanceof CSSTransition)
    await Promise.allSettled(under.map(({ finished }) => finished))
  })
}
