import { useQuery } from '@tanstack/react-query'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { keptBytesQuery } from '../../core/queries.ts'

/** How much room is made by discarding runs, as a sentence. */
export function Freed({ runIds }: { runIds: readonly string[] }) {
  const { data } = useQuery(keptBytesQuery(useClient(), runIds))
  return data === undefined ? null : <> This frees {formatBytes(data)}.</>
}
