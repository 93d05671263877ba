import { expect, it } from 'vitest'
import { type Errand, expiryWarning } from '../../../main/runs/uploads/expiry.ts'

const MiB = 1024 ** 2
const at = new Date('2026-11-20T12:00:00Z')
const validFor = (minutes: number) => ({
  startsAtMs: null,
  expiresAtMs: at.getTime() + minutes * 60_000,
})
/** An hour at 1 MiB/s. */
const errand: Errand = {
  connection: 'shop',
  bytes: 3600 * MiB,
  bytesPerSecond: MiB,
  limit: [],
  at,
}

it('warns of a SAS that ends before the upload probably does, with both spans', () => {
  expect(expiryWarning(validFor(61), errand)).toBeNull()
  const warning = expiryWarning(validFor(59), errand)
  expect(warning).toContain(
    'The SAS of the connection shop ends in 59 min 0 s (2026-11-20 12:59 UTC), but sending 3.5 GiB takes about 1 h 0 min at the 1.0 MiB/s that were last measured.',
  )
  expect(warning).toContain('What arrives before then is kept')
})

it('supposes a slow line where none was measured', () => {
  const unknown = { ...errand, bytesPerSecond: null }
  expect(expiryWarning(validFor(241), unknown)).toBeNull()
  expect(expiryWarning(validFor(239), unknown)).toContain('if the line carries 256 KiB/s')
})

it('reckons with the limit of the home', () => {
  const held = { ...errand, limit: [{ from: '00:00', bytesPerSecond: MiB / 2 }] }
  expect(expiryWarning(validFor(61), held)).toContain('takes about 2 h 0 min')
})

it('says nothing of one that never ends, nor of one that the upload refuses itself', () => {
  expect(expiryWarning({ startsAtMs: null, expiresAtMs: null }, errand)).toBeNull()
  expect(expiryWarning(validFor(0), errand)).toBeNull()
  expect(expiryWarning(validFor(-5), errand)).toBeNull()
})

it('says nothing when there is nothing left to send', () => {
  expect(expiryWarning(validFor(1), { ...errand, bytes: 0 })).toBeNull()
})
