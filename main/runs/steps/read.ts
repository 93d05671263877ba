import { rememberedBy } from '../../../shared/domain/datasets/dataset.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { datasetOf } from '../heldTo.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository } from '../ports/store.ts'
import { type Step, filesOf } from './step.ts'

export interface ReadParts {
  rooms: Pick<Rooms, 'read'>
  datasets: DatasetRepository
  home: HomePaths
}

/** The only step that sees foreign bytes: from the file to canonical records. */
export function readStep({ rooms, datasets, home }: ReadParts): Step<'read'> {
  return {
    reaches: () => null,
    async perform(run, { control, log, doubt }) {
      const { source, reading } = run.plan
      const files = filesOf(home, run)
      const output = await rooms.read(
        {
          path: files.source,
          reading,
          ...rememberedBy(datasetOf(datasets, run)),
          unpackedFile: files.unpacked,
          recordsFile: files.records,
          quarantineFile: files.rejects[0],
        },
        control((report) => ({
          bytesDone: report.bytesDone,
          bytesTotal: report.bytesTotal,
          rowsDone: report.rowsDone,
          doing: report.doing,
        })),
      )
      for (const sentence of output.detected.doubts) doubt(sentence)
      if (output.records === 0) log(`${source.name} has a header, but no rows below it.`, 'warn')
      const held =
        output.quarantined === 0
          ? '.'
          : `; ${plural(output.quarantined, 'row')} held back for broken structure.`
      log(`Read ${plural(output.records, 'record')}${held}`)
      return { kind: 'done', checkpoint: output }
    },
  }
}
