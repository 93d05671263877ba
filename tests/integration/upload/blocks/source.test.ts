import { writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSource } from '../../../../main/upload/blocks/source.ts'
import { testFolder } from '../../../fixtures/folder.ts'

const folder = testFolder()

async function identityOf(file: string): Promise<string> {
  const source = await openSource(file)
  await source.close()
  return source.identity
}

describe('the identity of a file', () => {
  it('stays while nobody writes, even if it was written just before it was opened', async () => {
    const file = join(folder(), 'a.csv')
    writeFileSync(file, 'one')
    const identity = await identityOf(file)
    expect(await identityOf(file)).toBe(identity)
  })

  it('is another after every write, however soon it comes and however alike it is', async () => {
    const file = join(folder(), 'a.csv')
    const seen = new Set<string>()
    for (let write = 0; write < 5; write += 1) {
      writeFileSync(file, 'one')
      seen.add(await identityOf(file))
    }
    expect(seen.size).toBe(5)
  })

  it('is another for a file that was put in its place', async () => {
    const file = join(folder(), 'a.csv')
    const other = join(folder(), 'b.csv')
    writeFileSync(file, 'one')
    writeFileSync(other, 'one')
    const identity = await identityOf(file)
    await rename(other, file)
    expect(await identityOf(file)).not.toBe(identity)
  })
})
