/** Personal columns on their way out: the one output of a run is treated by the strictest rule of its destinations. */
import { rm } from 'node:fs/promises'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import {
  type Sent,
  type Treatment,
  treatmentFault,
  treatmentWords,
  treatmentsOf,
} from '../../shared/domain/privacy/personalRules.ts'
import type { PersonalPlace } from '../../shared/domain/privacy/personal.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { TreatInput } from './ports/cleaning.ts'
import type { Rooms } from './ports/rooms.ts'
import { quiet } from './quiet.ts'
import type { TokenKeys } from './outside/tokenKeys.ts'

export interface TreatingParts {
  rooms: Pick<Rooms, 'treat'>
  tokenKeys: Pick<TokenKeys, 'key'>
}

/** Writes the output file, and answers its bytes; the rows as they were are gone then. */
export async function treat(
  { rooms, tokenKeys }: TreatingParts,
  input: Omit<TreatInput, 'tokenKey'>,
  signal: AbortSignal,
): Promise<number> {
  const isKeyed = input.treatments.some(({ rule }) => rule === 'tokenise')
  const keyed = isKeyed ? { tokenKey: await tokenKeys.key([]) } : {}
  const bytes = await rooms.treat({ ...input, ...keyed }, quiet(signal))
  await rm(input.file, { force: true })
  return bytes
}

/** Throws where rows could not be told apart any more. */
export function refuseBlurred(
  columns: readonly Column[],
  treatments: readonly Treatment[],
  sent: Sent,
  together?: readonly string[],
): void {
  const fault = treatmentFault(columns, treatments, sent, together)
  if (fault === null) return
  throw new Problem({
    code: 'contract-mismatch',
    what: `The personal columns of this file cannot be treated as is asked. ${fault}`,
    did: 'Nothing was sent.',
    advice: 'Choose another rule for it, under “Personal columns” of the dataset.',
  })
}

/** Throws where records would leave as they stand in the file, though a column of them may not. */
export function refuseRaw(
  columns: readonly Column[],
  places: readonly PersonalPlace[],
  how: string,
): void {
  const treatments = treatmentsOf(columns, places)
  if (treatments.length === 0) return
  throw new Problem({
    code: 'usage',
    what: `${how}, but of what goes there ${treatmentWords(columns, treatments)}, as the dataset says.`,
    did: 'Nothing was sent.',
    advice:
      'Let this computer clean the file; or change the rule, under “Personal columns” of the dataset.',
  })
}
