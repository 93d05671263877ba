/** Rows that were held back join the delivery of their file, as if they had never been away. */
import type { Delivery } from '../../shared/domain/runs/delivery.ts'
import { correctionOf, standing, withCompletions } from '../../shared/domain/runs/delivery.ts'
import { decidingColumns } from '../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import type { Clash, LoadInput, Warehouse } from '../runs/ports/warehouse.ts'

/** Throws `delivery-gone` where the delivery that the rows belong to does not stand any more. */
export function checkCompleted(input: LoadInput, deliveries: readonly Delivery[]): void {
  const { completes, table } = input
  if (completes === null) return
  const first = deliveries.findIndex(({ runId }) => runId === completes)
  const correction = correctionOf(deliveries, completes)
  const replaced = standing(deliveries.slice(first + 1)).find(
    (later) => later.meaning.kind === 'snapshot' && later.completes === null,
  )
  if (deliveries[first]?.undoneAt === null && correction === null && replaced === undefined) return
  throw new Problem({
    code: 'delivery-gone',
    what:
      correction !== null
        ? `The run ${completes} has been corrected by the run ${correction.runId}, so its held-back rows belong to no delivery that stands.`
        : deliveries[first] === undefined
          ? `The run ${completes} has delivered nothing into the table "${table}", so nothing can be added to its delivery.`
          : deliveries[first].undoneAt !== null
            ? `The delivery of the run ${completes} has been undone, so nothing can be added to it.`
            : `The run ${replaced?.runId ?? ''} has taken the place of the whole table since, so the rows of the run ${completes} are not in it any more.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice: 'Send the whole file again if its rows are still wanted.',
  })
}

/** Throws `rows-clash` where a staged row says the same as one that is there, and only a person can know which is right. */
export async function checkClashes(
  warehouse: Warehouse,
  input: LoadInput,
  deliveries: readonly Delivery[],
): Promise<void> {
  for (const { clash, why } of clashesOf(input, deliveries)) {
    const { rows, examples } = await warehouse.clashing(input, clash)
    if (rows === 0) continue
    throw new Problem({
      code: 'rows-clash',
      what: `${plural(rows, 'fixed row')} cannot be added: ${rows === 1 ? 'it has' : 'they have'} the same ${clash.by.join(' and ')} as ${why}.`,
      did: `Pallet changed nothing in the warehouse; the table "${input.table}" is as it was.`,
      advice: 'Give these rows another value there, or drop them with a reason; then send again.',
      detail: examples.join(', '),
    })
  }
}

function clashesOf(
  { completes, meaning, columns, together = [] }: LoadInput,
  deliveries: readonly Delivery[],
): { clash: Clash; why: string }[] {
  if (completes === null) return []
  const file = withCompletions(deliveries, completes)
  const runs = file.map(({ runId }) => runId)
  const place = deliveries.findIndex(({ runId }) => runId === completes)
  const later = standing(deliveries.slice(place)).filter(({ runId }) => !runs.includes(runId))
  const unique = columns.filter((column) => column.unique === true).map(({ name }) => [name])
  const keys = meaning.kind === 'upsert' ? [meaning.keys] : []
  const own = decidingColumns(meaning)
  return [
    ...[...unique, ...keys].map((by) => ({
      clash: { by, runs, byDay: false, withEmpty: false },
      why: 'rows that their file has delivered already',
    })),
    ...(together.length === 0
      ? []
      : [
          {
            clash: { by: together, runs, byDay: false, withEmpty: true },
            why: 'rows that their file has delivered already, put together without them',
          },
        ]),
    // Of what came later the newer word counts: neither may it go out for them, nor would they have stayed.
    ...later.flatMap(({ runId, meaning: other }) =>
      [
        ...(own.length > 0 ? [meaning] : []),
        ...(decidingColumns(other).length > 0 ? [other] : []),
      ].map((one) => ({
        clash: {
          by: decidingColumns(one),
          runs: [runId],
          byDay: one.kind === 'slice',
          withEmpty: one.kind === 'slice',
        },
        why: `rows that the run ${runId} has delivered later`,
      })),
    ),
  ]
}
