/** The records of a run cleaned by the warehouse that they are for: it has them as they were read, and keeps the clean rows until they are loaded. */
import { rm } from 'node:fs/promises'
import { type CleaningWarehouse, elsewhereNames } from '../../../shared/domain/recipe/cleanOn.ts'
import { noContractThere } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { CleanInput, CleanOutput } from '../ports/cleaning.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'
import { type StepWork, countedRows, filesOf } from './step.ts'

export interface CleanThereParts {
  rooms: Pick<Rooms, 'prepareThere' | 'cleanThere' | 'bringHome'>
  runs: Pick<RunRepository, 'changeFate'>
  home: HomePaths
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  now: () => Date
}

/** What the records are held to. */
type HeldThere = Pick<
  CleanInput,
  'recipe' | 'contract' | 'maxQuarantinedShare' | 'labels' | 'writtenAs' | 'takenUp'
>

/** What cleaning here would say of the records, and where the rows are. Throws `usage` for what the warehouse would do differently, before anything is sent. */
export async function cleanedThere(
  { rooms, runs, home, warehouseOf, now }: CleanThereParts,
  run: StoredRun,
  engine: CleaningWarehouse,
  { contract, maxQuarantinedShare, takenUp = [], ...cleaned }: HeldThere,
  read: Checkpoints['read'],
  { control, log, signal }: Pick<StepWork, 'control' | 'log' | 'signal'>,
): Promise<CleanOutput & Pick<Checkpoints['clean'], 'there'>> {
  const { warehouse } = run.plan.destination
  if (warehouse === null) throw new TypeError('A run without a table is cleaned here.')
  if (contract === null || takenUp.length > 0) throw noContractThere(engine)
  const files = filesOf(home, run)
  const records = read.records - read.quarantined
  try {
    const prepared = await rooms.prepareThere(
      {
        ...cleaned,
        contract,
        engine,
        records,
        recordsFile: files.records,
        labelsInFile: read.labelled,
        workFolder: files.work,
        partsFolder: files.parts,
      },
      quiet(signal),
    )
    const access = await warehouseOf(warehouse.connection)
    runs.changeFate(run.id, { leftThere: true })
    const { rows, ...there } = await rooms.cleanThere(
      {
        ...prepared,
        warehouse: access,
        runId: run.id,
        table: warehouse.table,
        columns: contract.columns,
        allowed: {
          records: read.records,
          heldBefore: read.quarantined,
          share: maxQuarantinedShare,
        },
        at: now().toISOString(),
        heldFile: files.heldThere,
      },
      control((report) => countedRows(report, records)),
    )
    const home = await rooms.bringHome(
      {
        recordsFile: files.records,
        sourceFile: read.isUnpacked ? files.unpacked : files.source,
        raw: read.raw,
        width: prepared.width,
        heldFile: files.heldThere,
        workFolder: files.work,
        quarantineFile: files.rejects[1],
      },
      quiet(signal),
    )
    if (home !== there.quarantined)
      throw new Error(`${there.quarantined} records are held back, and ${home} came home`)
    log(`Cleaned in ${elsewhereNames[engine]}, as this computer would have cleaned them.`)
    return {
      contract,
      clean: there.clean,
      quarantined: there.quarantined,
      dropped: prepared.dropped.map((one, nth) => ({ ...one, rows: there.dropped[nth] ?? 0 })),
      bytes: 0,
      ...(rows === null ? {} : { there: { engine, ...rows } }),
    }
  } finally {
    for (const left of [files.parts, files.heldThere])
      await rm(left, { recursive: true, force: true })
  }
}
