import { fileURLToPath } from 'node:url'
import type { Locator, Page } from '@playwright/test'

/** The README's pictures are taken only on request, so that a test run leaves the checkout as it is. */
export const pictures = process.env['PALLET_SCREENSHOTS'] === '1'

export function picture(name: string): string {
  return fileURLToPath(new URL(`../../build/screenshots/${name}.png`, import.meta.url))
}

/** What a person sees at a place of a story, in both themes and three sizes, to be looked at: on request, in the folder that `PALLET_LOOKS` names. `part`: what is brought into sight. */
export async function look(page: Page, name: string, part?: Locator): Promise<void> {
  const folder = process.env['PALLET_LOOKS']
  if (folder === undefined) return
  for (const [width, height] of [
    [1280, 800],
    [1440, 900],
    [640, 800],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await part?.evaluate((shown) => shown.scrollIntoView())
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` })
    }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
}
