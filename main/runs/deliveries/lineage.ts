import { Problem } from '../../../shared/domain/problem.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { tableIn } from '../../../shared/domain/warehouse/tableName.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { leftBy, outputColumns } from '../checkpoints.ts'
import type { ConnectionRepository, RunRepository, StoredRun } from '../ports/store.ts'
import type { Lineage, Trigger } from '../ports/triggers.ts'

interface Parts {
  runs: RunRepository
  connections: ConnectionRepository
  now: () => Date
}

/** For so long somebody is told that a run has not delivered; it has ended by then. */
const limitMs = 10_000

/** What of a run came in and went out, as far as it has come. */
export function lineageOf(
  { runs, connections }: Pick<Parts, 'runs' | 'connections'>,
  { id, dataset, createdAt, plan: { source, destination } }: StoredRun,
): Lineage {
  const steps = runs.steps(id)
  const named = (
    connection: string,
    container: string | null,
    name: string,
  ): { namespace: string; name: string } => {
    const settings = connections.get(connection)?.settings
    const system = kindNamed(settings?.kind ?? '')?.system
    const place = settings === undefined ? null : system?.lineage?.(settings, container)
    const { namespace, before } = place ?? {
      namespace: `pallet://${connection}`,
      before: container === null ? '' : `${container}/`,
    }
    return { namespace, name: container === null ? tableIn(before, name) : `${before}${name}` }
  }
  const [read, clean] = [leftBy(steps, 'read'), leftBy(steps, 'clean')]
  const [upload, load] = [leftBy(steps, 'upload'), leftBy(steps, 'load')]
  const { blob, warehouse } = destination
  return {
    runId: id,
    dataset,
    startedAt: createdAt,
    source: { path: source.path, bytes: source.bytes, rows: read?.records ?? null },
    held: read === null || clean === null ? null : read.quarantined + clean.quarantined,
    columns: (clean === null ? [] : outputColumns(clean)).map(({ name, type }) => ({ name, type })),
    outputs: [
      ...(blob === null
        ? []
        : [
            {
              ...named(blob.connection, blob.container, blob.name),
              rows: upload === null ? null : (clean?.clean ?? null),
              bytes: upload?.bytes ?? null,
            },
          ]),
      ...(warehouse === null
        ? []
        : [
            {
              ...named(warehouse.connection, null, warehouse.table),
              rows: load?.rows ?? null,
              bytes: null,
            },
          ]),
    ],
  }
}

/** A run has ended and not delivered: those are told who want to know that, too. What goes wrong with it is in the run's history. */
export async function tellEnded(
  parts: Parts & { triggerOf: (connection: string) => Promise<Trigger> },
  runId: string,
): Promise<void> {
  const { runs, triggerOf, now } = parts
  const run = runs.get(runId)
  if (run === null || !isFinished(run.state) || run.state === 'succeeded') return
  for (const { connection } of run.plan.destination.triggers)
    try {
      const trigger = await triggerOf(connection)
      await trigger.ended?.(
        {
          ...lineageOf(parts, run),
          endedAt: now().toISOString(),
          why: run.state === 'cancelled' ? null : (run.problem?.what ?? 'It did not deliver.'),
        },
        AbortSignal.timeout(limitMs),
      )
    } catch (error) {
      runs.log(runId, {
        at: now().toISOString(),
        level: 'warn',
        message: `${connection} could not be told that the run has not delivered: ${Problem.from(error).data.what}`,
      })
    }
}
