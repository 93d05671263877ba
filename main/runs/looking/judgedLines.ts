import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import type { Checking } from './checking.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { Sources } from '../arriving/sources.ts'
import type { WholeFiles } from './wholeFiles.ts'

export interface JudgedLinesParts {
  checking: Checking
  files: WholeFiles
  sources: Pick<Sources, 'open'>
  rejects: RejectsReader
}

/** What a run of the dataset would hold back of a file of records, a line each: by line, from 1, why. */
export async function judgedLines(
  { checking, files, sources, rejects }: JudgedLinesParts,
  { file, dataset, reading }: { file: string; dataset: string; reading: Reading | null },
  signal: AbortSignal,
): Promise<Map<number, Reason>> {
  const { source } = await sources.open(file)
  const asked = { source, dataset, reading: reading ?? undefined }
  return await files.use(checking.wanted(asked), signal, async (whole) => {
    const { value, release } = await checking.hold(whole, asked, signal)
    try {
      const wrong = new Map<number, Reason>()
      for await (const { line, reasons } of rejects.rows([whole.brokenFile, value.held]))
        if (reasons[0] !== undefined) wrong.set(line, reasons[0])
      return wrong
    } finally {
      await release()
    }
  })
}
