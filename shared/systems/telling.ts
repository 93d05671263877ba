import type { Place } from '../domain/datasets/dataset.ts'
import { type Placeholder, wrongTemplate } from '../domain/runs/template.ts'
import { kindNamed } from './kinds.ts'

/** What is wrong with one of those who are told, at a connection of this kind, as a sentence, or null. */
export function wrongTrigger(at: number, destination: Place, kind: string): string | null {
  const target = destination.triggers[at]
  const system = kindNamed(kind)?.system
  if (target === undefined || system === undefined) return null
  const { connection, job = '', parameters = {} } = target
  const label = system.job?.label
  if (label === undefined && job !== '')
    return `${connection} starts nothing by name, so “${job}” means nothing there.`
  if (label !== undefined && job.trim() === '')
    return `Say which ${label} of ${connection} is to be started.`
  const isTwice = destination.triggers
    .slice(0, at)
    .some((other) => other.connection === connection && (other.job ?? '') === job)
  // One that is told twice of a run knows it by the first.
  if (isTwice)
    return `${label === undefined ? connection : `“${job}” of ${connection}`} is told already, further up.`
  const names = Object.keys(parameters)
  if (names.length > 0 && system.parameters !== true) return `${connection} takes no parameters.`
  const odd = names.find((name) => !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name))
  if (odd !== undefined)
    return `“${odd}” cannot be the name of a parameter: it begins with a letter, and has letters, digits, _, . and - alone.`
  const missing = missingIn(destination)
  for (const text of Object.values(parameters)) {
    const wrong = wrongTemplate(text, missing)
    if (wrong !== null) return wrong
  }
  return system.wrongParameters?.(parameters) ?? null
}

/** What a run that goes there has not got. */
function missingIn({ blob, warehouse }: Place): Placeholder[] {
  return [
    ...(blob === null ? (['container', 'blob', 'prefix'] as const) : []),
    ...(warehouse === null ? (['table', 'rows_removed'] as const) : []),
  ]
}
