import { useQuery } from '@tanstack/react-query'
import { type Guarded, needs } from '../../shared/contract/roles.ts'
import { isEnough } from '../../shared/domain/person.ts'
import { useClient } from './core.tsx'
import { appQuery } from './queries.ts'

/** What the person at this window may do; null: it is not known yet who they are. The core asks again. */
export function useRights(): ((call: Guarded) => boolean) | null {
  const person = useQuery(appQuery(useClient())).data?.person
  return person === undefined ? null : (call) => isEnough(person.role, needs[call])
}
