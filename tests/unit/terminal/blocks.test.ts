import { describe, expect, it } from 'vitest'
import type { PlannedFile } from '../../../main/runs/uploads/uploads.ts'
import type { BlockReason } from '../../../main/runs/ports/uploading.ts'
import { sentenceOf, tableOf, totalsOf } from '../../../main/terminal/blocks.ts'

const MiB = 1024 ** 2

/** `s`tored, s`t`aged or `n`ew blocks of 4 MiB, one for each letter. */
function blocksOf(letters: string): PlannedFile['blocks'] {
  const whys: Record<string, BlockReason> = { s: 'stored', t: 'staged', n: 'new' }
  return Array.from(letters, (letter, index) => ({
    offset: index * 4 * MiB,
    bytes: 4 * MiB,
    why: whys[letter] ?? 'new',
  }))
}

function planned(letters: string, more: Partial<PlannedFile> = {}): PlannedFile {
  const blocks = blocksOf(letters)
  return {
    connection: 'azure',
    container: 'box',
    blob: 'a.csv',
    bytes: blocks.length * 4 * MiB,
    blocks,
    treeHash: '',
    fate: { kind: 'replaced' },
    foreignBlocks: false,
    ...more,
  }
}

describe('the table of blocks', () => {
  it('has one row for neighbours of the same reason', () => {
    expect(tableOf(blocksOf('ssstnn'))).toEqual([
      ['0 B', '12 MiB', '3', '12 MiB', 'in the blob already'],
      ['12 MiB', '16 MiB', '1', '4.0 MiB', 'sent before, unfinished'],
      ['16 MiB', '24 MiB', '2', '8.0 MiB', 'new: would be sent'],
    ])
    expect(tableOf([])).toEqual([])
    expect(tableOf(blocksOf('s'.repeat(50_000)))).toHaveLength(1)
  })

  it('fits a screen, however often the reason changes', () => {
    expect(tableOf(blocksOf('sn'.repeat(10)))).toHaveLength(20)
    const rows = tableOf(blocksOf('sn'.repeat(1000)))
    expect(rows).toHaveLength(20)
    expect(rows.at(-1)).toEqual([
      '76 MiB',
      '7.8 GiB',
      '1,981',
      '7.7 GiB',
      'mixed: 991 blocks (3.9 GiB) would be sent',
    ])
  })
})

describe('the sentence', () => {
  it.each<[string, PlannedFile, string]>([
    [
      'of a part',
      planned('sssn'),
      '1 of 4 blocks would be sent: 4.0 MiB, 25 % of the file. box/a.csv at azure would be replaced.',
    ],
    [
      'of nothing new',
      planned('sst'),
      'Nothing would be sent: the storage has all 3 blocks. box/a.csv at azure would be replaced.',
    ],
    [
      'of an empty file',
      planned('', { fate: { kind: 'created' } }),
      'The file is empty; nothing would be sent. box/a.csv at azure would be new.',
    ],
    [
      'of blocks that have to go',
      planned('n', { fate: { kind: 'created' }, foreignBlocks: true }),
      '1 of 1 block would be sent: 4.0 MiB, 100 % of the file. box/a.csv at azure would be new. Unfinished blocks of another program would go.',
    ],
  ])('tells the share and what becomes of the blob: %s', (_, plan, text) => {
    expect(sentenceOf(plan)).toBe(text)
  })

  it('tells why it would be refused', () => {
    const problem = {
      code: 'blob-conflict',
      what: 'It is there.',
      did: '',
      advice: 'Send under another name.',
      detail: '',
    } as const
    const refused = planned('n', { fate: { kind: 'refused', problem } })
    expect(sentenceOf(refused)).toBe('It would be refused: It is there. Send under another name.')
  })

  it('adds up what would be sent', () => {
    expect(totalsOf(blocksOf('sntn'))).toEqual({
      blocksToSend: 2,
      bytesToSend: 8 * MiB,
      shareToSend: 0.5,
    })
  })
})
