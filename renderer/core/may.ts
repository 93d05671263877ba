import { useQuery } from '@tanstack/react-query'
import { type Guarded, needs } from '../../shared/contract/roles.ts'
import { isEnough } from '../../shared/domain/person.ts'
import { useClient } from './core.tsx'
import { appQuery } from './queries.ts'

/** Whether the person at this window may do it; not before it is known who they are. The core asks again. */
export function useMay(call: Guarded): boolean {
  const info = useQuery(appQuery(useClient())).data
  return info !== undefined && isEnough(info.person.role, needs[call])
}
