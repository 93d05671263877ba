/** Columns that are not as the dataset knows them, as options of a command. */
import { type Command, InvalidArgumentError } from 'commander'
import { type HeaderMap, asItIs, mergedMaps } from '../../shared/domain/columns/headerMap.ts'

export interface HeaderOptions {
  map?: HeaderMap
}

export const headerGrammar = (command: Command): Command =>
  command.option(
    '--map <new=old>',
    'a column with another label: “Anzahl=Menge”; “Anzahl=” leaves a new one out, “=Menge” lets a missing one stay empty, “Anzahl=Anzahl” takes a new one up; may be repeated',
    parseMap,
  )

function parseMap(text: string, before: HeaderMap = asItIs): HeaderMap {
  const at = text.indexOf('=')
  const [from, to] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at < 0 || from + to === '') throw new InvalidArgumentError('NEW=OLD is expected.')
  return mergedMaps(before, {
    renamed: from !== '' && to !== '' && from !== to ? { [from]: to } : {},
    ignored: to === '' ? [from] : [],
    gone: from === '' ? [to] : [],
    kept: from === to ? [from] : [],
  })
}
