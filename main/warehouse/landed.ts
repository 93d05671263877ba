import { type Delivery, standing } from '../../shared/domain/runs/delivery.ts'
import { type LoadedExtract, positionIn } from '../../shared/domain/arriving/extract.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { type LandedBatch, landedUpTo } from '../../shared/domain/streams/stream.ts'

/** Inside the transaction that brings the rows: what another Pallet has landed meanwhile is not landed again. */
export function refuseLanded(batch: LandedBatch, deliveries: readonly Delivery[]): void {
  const landed = deliveries.flatMap((delivery) => delivery.batch ?? [])
  const next = landedUpTo(landed, batch)
  const before = batch.ranges.find(({ partition, from }) => from < (next.get(partition) ?? 0))
  if (before === undefined) return
  throw new Problem({
    code: 'delivered-before',
    what: `Records of ${batch.topic} from offset ${before.from} of partition ${before.partition} are in the table already; it is landed up to ${next.get(before.partition) ?? 0} there.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice:
      'Another Pallet lands this topic into the same table. Let one of them do it, and discard this run.',
  })
}

/** Inside the transaction that brings the rows: what another Pallet has extracted meanwhile is not loaded again. */
export function refuseLoaded(extract: LoadedExtract, deliveries: readonly Delivery[]): void {
  const { connection, path, field, from } = extract
  const loaded = standing(deliveries).flatMap((delivery) => delivery.extract ?? [])
  const now = positionIn(loaded, { connection, path, incremental: { field } })
  if (now?.value === from?.value && now?.seen.length === from?.seen.length) return
  throw new Problem({
    code: 'delivered-before',
    what: `${path} of ${connection} has come to ${now === null ? 'nothing' : now.value} in the table since this run was planned, which goes on from ${from === null ? 'the beginning' : from.value}.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice:
      'Something was undone, or another Pallet fetches the same list into the same table. Discard this run and fetch again.',
  })
}
