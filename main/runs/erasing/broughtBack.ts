/** A file can bring a person back who was erased: it is told, and the row goes its way. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { localTime } from '../../../shared/domain/localTime.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Written } from '../deliveries/measuring.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import { protocols } from './protocols.ts'
import { quiet } from '../quiet.ts'
import type { TokenKeys } from '../outside/tokenKeys.ts'

export interface BroughtBackParts {
  rooms: Pick<Rooms, 'eraseInFile'>
  tokenKeys: Pick<TokenKeys, 'key'>
  home: HomePaths
}

/** Of the clean rows, before any column is treated: how many are about somebody whom a protocol has, in sentences. */
export async function broughtBack(
  { rooms, tokenKeys, home }: BroughtBackParts,
  dataset: string,
  { file, format }: Written,
  columns: Column[],
  signal: AbortSignal,
): Promise<string[]> {
  const told: string[] = []
  for (const { id, at, column, values, ...protocol } of await protocols(home)) {
    if (protocol.dataset !== dataset || columns.every(({ name }) => name !== column)) continue
    const tokenKey = await tokenKeys.key([])
    const rows = await rooms.eraseInFile(
      { file, format, columns, column, values, tokenKey, target: null },
      quiet(signal),
    )
    if (rows > 0)
      told.push(
        `${plural(rows, 'row')} of this file ${rows === 1 ? 'is' : 'are'} about a person who was erased, ${localTime(at)}, by the protocol ${id}: with this file they are back. Take them out of the export, and erase them again.`,
      )
  }
  return told
}
