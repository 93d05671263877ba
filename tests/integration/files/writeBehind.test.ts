import { existsSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WriteBehind } from '../../../main/files/writeBehind.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

test('pieces of any length stand one behind the other, though their maker writes over each at once', async () => {
  const path = join(folder(), 'pieces')
  const file = await open(path, 'w')
  const behind = new WriteBehind(file)
  const whole: Buffer[] = []
  const piece = Buffer.alloc(3 * 1024 * 1024)
  await behind.write(Buffer.from('forgotten'))
  await behind.restart()
  // More than is given to the disk at a time.
  for (let nth = 0; nth < 30; nth += 1) {
    const length = nth % 3 === 0 ? nth : piece.length - nth * 1000
    piece.fill(nth)
    whole.push(Buffer.from(piece.subarray(0, length)))
    await behind.write(piece.subarray(0, length))
  }
  await behind.finish()
  await file.close()
  expect(readFileSync(path).equals(Buffer.concat(whole))).toBe(true)
})

const full = '/dev/full'
if (!existsSync(full)) console.warn(`Not tested: ${full} is not on this computer.`)

test.skipIf(!existsSync(full))(
  'what cannot be written fails what is asked next, and then everything',
  async () => {
    const file = await open(full, 'w')
    const behind = new WriteBehind(file)
    await behind.write(Buffer.from('one'))
    await expect(behind.write(Buffer.from('two'))).rejects.toThrow('ENOSPC')
    await expect(behind.finish()).rejects.toThrow('ENOSPC')
    await behind.settled()
    await file.close()
  },
)
