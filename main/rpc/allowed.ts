import type { Logger } from 'pino'
import { refusalFor } from '../../shared/contract/roles.ts'
import type { Person } from '../../shared/domain/person.ts'

/**
 * The one check of what a person may do, before what they sent is looked at: for messages and for files, on every host.
 * @throws Problem `not-allowed`
 */
export function mustBeAllowed(person: Person, call: string, input: unknown, log: Logger): void {
  const refusal = refusalFor(person, call, input)
  if (refusal === null) return
  log.warn({ call, name: person.name, role: person.role }, 'refused a call for want of a role')
  throw refusal
}
