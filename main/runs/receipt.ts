import { correctsOf } from '../../shared/domain/runs/decision.ts'
import { withColumnsOf } from '../../shared/domain/datasets/meaning.ts'
import { sandboxName } from '../../shared/domain/connection.ts'
import { treatmentWords } from '../../shared/domain/privacy/personalRules.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { type Receipt, type Rows, isFinished } from '../../shared/domain/runs/run.ts'
import { checkpointOf, leftBy, outputColumns } from './checkpoints.ts'
import type { HomePaths } from './ports/home.ts'
import type { RunRepository, StoredRun, StoredStep } from './ports/store.ts'

export function rowsOf(steps: readonly StoredStep[]): Rows {
  const read = checkpointOf(steps, 'read')
  const clean = checkpointOf(steps, 'clean')
  // Rows are in their table though what was asked afterwards made the step fail.
  const load = leftBy(steps, 'load')
  return {
    in: read?.records ?? null,
    ...((clean?.made ?? 0) === 0 ? {} : { made: clean?.made }),
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
  const load = leftBy(steps, 'load')
  const { blob, warehouse: table } = run.plan.destination
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
    warnings: clean?.warnings ?? [],
    lookedUp: clean?.lookedUp ?? [],
    ...(clean?.treated === undefined
      ? {}
      : { personal: treatmentWords(clean.contract.columns, clean.treated) }),
    drift: clean?.drift ?? [],
    ...(clean?.unusual === undefined ? {} : { unusual: clean.unusual }),
    upload:
      upload === null || blob === null
        ? null
        : {
            connection: blob.connection,
            container: blob.container,
            blob: blob.name,
            bytes: upload.bytes,
            etag: upload.etag,
            blocks: upload.blocks,
            blocksSent: upload.blocksSent,
            bytesSent: upload.bytesSent,
          },
    load:
      load === null || table === null
        ? null
        : {
            connection: table.connection,
            ...(table.connection === sandboxName ? { warehouse } : {}),
            table: table.table,
            meaning:
              clean === null ? table.meaning : withColumnsOf(table.meaning, outputColumns(clean)),
            rows: load.rows,
            ...(clean?.there === undefined ? {} : { cleanedOn: clean.there.engine }),
            tableRows: load.tableRows,
            removed: load.removed,
            corrects: correctsOf(run.decisions.answered),
            totals: load.totals ?? null,
          },
    ...(run.plan.destination.topic === undefined || load?.published === undefined
      ? {}
      : {
          published: { ...run.plan.destination.topic, rows: load.rows, partitions: load.published },
        }),
    told: leftBy(steps, 'trigger')?.told ?? [],
    steps: steps.map(({ name, state, startedAt, ms }) => ({ name, state, startedAt, ms })),
    problem: run.problem,
    startedAt: run.createdAt,
    finishedAt: run.finishedAt,
    asked: run.decisions.asked,
    answered: run.decisions.answered,
    completes: run.plan.completes?.runId ?? null,
    version: run.version,
    attempts: [],
    droppedByHand: [],
    ...fateOf(run),
  }
}

/** The receipt of a run as it stands now; of a finished run, as it was when it ended. */
export function currentReceipt(runs: RunRepository, home: HomePaths, run: StoredRun): Receipt {
  const receipt = receiptOf(run, runs.steps(run.id), home.warehouse)
  return isFinished(run.state) && run.receipt !== null
    ? { ...run.receipt, ...fateOf(run) }
    : receipt
}

/** What became of its rows and its blob after it had ended. */
function fateOf({
  undoneAt,
  correctedBy,
  blobNow,
  emptiedAt,
}: StoredRun): Pick<Receipt, 'undoneAt' | 'correctedBy' | 'blobNow' | 'emptiedAt'> {
  return { undoneAt, correctedBy, blobNow, ...(emptiedAt === null ? {} : { emptiedAt }) }
}

export function noSuchRun(runId: string): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no run ${runId}.`,
    advice: 'The list of runs shows their names: pallet runs.',
  })
}

export function unbalanced(missing: string, did: string): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `The account of this run does not balance: ${missing}.`,
    did,
    advice: 'Retry the run; if it happens again, the numbers above are what support needs.',
  })
}
