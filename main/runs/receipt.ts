import type { Receipt, Rows, StepName } from '../../shared/domain/run.ts'
import type { CleanOutput } from './ports/cleaning.ts'
import type { FetchOutput } from './ports/fetching.ts'
import type { LoadOutput } from './ports/warehouse.ts'
import type { ReadOutput } from './ports/reading.ts'
import type { StoredRun, StoredStep } from './ports/store.ts'
import type { UploadOutput } from './ports/uploading.ts'

/** What each step leaves behind. */
export interface Checkpoints {
  fetch: FetchOutput
  read: ReadOutput
  clean: CleanOutput
  upload: UploadOutput
  load: LoadOutput
  trigger: null
}

/** The checkpoint of a finished step; null while it is not done. */
export function checkpointOf<Name extends StepName>(
  steps: readonly StoredStep[],
  name: Name,
): Checkpoints[Name] | null {
  const step = steps.find((candidate) => candidate.name === name)
  // The database is written by this program only, and migrations keep the shapes.
  return step?.state === 'done' ? (step.checkpoint as Checkpoints[Name]) : null
}

export function rowsOf(steps: readonly StoredStep[]): Rows {
  const read = checkpointOf(steps, 'read')
  const clean = checkpointOf(steps, 'clean')
  const load = checkpointOf(steps, 'load')
  return {
    in: read?.records ?? null,
    clean: clean?.clean ?? null,
    quarantined: read === null || clean === null ? null : read.quarantined + clean.quarantined,
    dropped: clean === null ? null : clean.dropped.reduce((sum, rule) => sum + rule.rows, 0),
    loaded: load?.rows ?? null,
  }
}

/** The account of a run, as far as it has come. */
export function receiptOf(
  run: StoredRun,
  steps: readonly StoredStep[],
  warehouse: string,
): Receipt {
  const clean = checkpointOf(steps, 'clean')
  const upload = checkpointOf(steps, 'upload')
  const load = checkpointOf(steps, 'load')
  const { connection, container, blob, table, mode } = run.plan.destination
  return {
    event: 'receipt',
    runId: run.id,
    dataset: run.dataset,
    state: run.state,
    source: {
      path: run.plan.source.path,
      bytes: run.plan.source.bytes,
      sha256: run.plan.source.sha256,
    },
    rows: rowsOf(steps),
    droppedBy: clean?.dropped ?? [],
    upload:
      upload === null
        ? null
        : {
            connection,
            container,
            blob,
            bytes: upload.bytes,
            etag: upload.etag,
            blocks: upload.blocks,
            blocksSent: upload.blocksSent,
            bytesSent: upload.bytesSent,
          },
    load:
      load === null ? null : { warehouse, table, mode, rows: load.rows, tableRows: load.tableRows },
    steps: steps.map(({ name, state, startedAt, ms }) => ({ name, state, startedAt, ms })),
    problem: run.problem,
    startedAt: run.createdAt,
    finishedAt: run.finishedAt,
  }
}
