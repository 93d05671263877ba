import { fileURLToPath } from 'node:url'

/** The README's pictures are taken only on request, so that a test run leaves the checkout as it is. */
export const pictures = process.env['PALLET_SCREENSHOTS'] === '1'

export function picture(name: string): string {
  return fileURLToPath(new URL(`../../build/screenshots/${name}.png`, import.meta.url))
}
