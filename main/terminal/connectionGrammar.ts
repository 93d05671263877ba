/** What the command line says of connections, derived from the records of the systems. */
import { readFileSync } from 'node:fs'
import { Option } from 'commander'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { type Entered, understand } from '../../shared/systems/entering.ts'
import {
  type KnownKind,
  addableKinds,
  hyphened,
  secretFields,
  settingFields,
} from '../../shared/systems/kinds.ts'
import {
  type ConnectionSettings,
  type Field,
  type SystemRecord,
  abilityWords,
} from '../../shared/systems/record.ts'
import { Problem } from '../../shared/domain/problem.ts'

/** One flag a key; kinds that use the same key for different things are told apart in its words. */
export function settingFlags(of?: readonly SystemRecord[]): Option[] {
  const byKey = Map.groupBy(
    addableKinds(of).flatMap((kind) =>
      settingFields(kind).map(([key, field]) => ({ key, field, kind: kind.name })),
    ),
    ({ key }) => key,
  )
  return [...byKey].flatMap(([key, uses]) => {
    const [first] = uses
    if (first === undefined) return []
    const words = [...Map.groupBy(uses, ({ field }) => field.label)].map(
      ([label, alike]) => `${label} (${alike.map(({ kind }) => kind).join(', ')})`,
    )
    return [new Option(flagOf(key, first.field), words.join('; '))]
  })
}

function flagOf(key: string, field: Field): string {
  const flag = `--${hyphened(key)}`
  switch (field.input) {
    case 'yes-no':
      return flag
    case 'number':
      return `${flag} <n>`
    case 'url':
      return `${flag} <url>`
    case 'choice':
      return `${flag} <${Object.keys(field.choices).join('|')}>`
    case 'lines':
      return `${flag} <@file|text>`
    case 'text':
      return `${flag} <text>`
  }
}

/** Settings and secrets of a new connection. Fails with `usage`. */
export function connectionOf(
  kind: KnownKind,
  options: Readonly<Record<string, string | boolean | undefined>>,
  secrets: Entered,
  kept: readonly string[],
): { settings: ConnectionSettings; secrets: Record<string, string> } {
  const entered: Record<string, string> = { ...secrets }
  for (const [key, { input }] of settingFields(kind)) {
    const value = options[key]
    if (value === undefined) continue
    const text = value === true ? 'yes' : String(value)
    entered[key] = input === 'lines' && text.startsWith('@') ? linesOf(text.slice(1)) : text
  }
  const understood = understand(kind, entered, kept)
  if (understood.ok) return understood
  throw new Problem({
    code: 'usage',
    what: `No connection of the kind ${kind.name} can be made of this. ${Object.values(understood.complaints).join(' ')}`,
    did: 'Nothing was saved.',
    advice: `“pallet connections kinds” tells what ${kind.name} takes; a secret comes on standard input, as in “pallet connections add NAME --kind ${kind.name} < secret.txt”.`,
  })
}

/** What a flag with an `@` names: a file of several lines. */
function linesOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(
      {
        code: 'source-missing',
        what: `The file ${file} cannot be read.`,
        did: 'Nothing was saved.',
        advice: 'Check its name; behind an @ stands the name of a file.',
        detail: errorCode(error),
      },
      { cause: error },
    )
  }
}

/** All kinds with what they take: rows for people, objects for machines. */
export function kindsTable(of?: readonly SystemRecord[]): {
  rows: string[][]
  objects: readonly object[]
} {
  const kinds = addableKinds(of)
  return {
    rows: kinds.map((kind) => [
      kind.name,
      kind.system.title,
      kind.title,
      [
        ...settingFields(kind).map(([key, field]) =>
          isNeeded(field) ? flagOf(key, field) : `[${flagOf(key, field)}]`,
        ),
        ...secretFields(kind).map(
          ([, { label, optional }]) => `${optional === true ? 'if wanted ' : ''}secret: ${label}`,
        ),
      ].join('\n'),
    ]),
    objects: kinds.map(({ name, title, system, fields }) => ({
      event: 'kind',
      kind: name,
      title,
      system: system.name,
      canBe: system.canBe,
      fields: Object.entries(fields).map(([key, field]) => ({
        key,
        ...(field.secret === true ? {} : { flag: `--${hyphened(key)}` }),
        label: field.label,
        help: field.help ?? '',
        input: field.input,
        ...(field.input === 'choice' ? { choices: Object.keys(field.choices) } : {}),
        secret: field.secret === true,
        needed: isNeeded(field),
      })),
    })),
  }
}

function isNeeded({ optional, default: usual, input }: Field): boolean {
  return optional !== true && usual === undefined && input !== 'yes-no'
}

/** Which kinds there are, below the help of `add`. */
export function kindsHelp(of?: readonly SystemRecord[]): string {
  const systems = Map.groupBy(addableKinds(of), ({ system }) => system)
  const parts = [...systems].map(
    ([{ title, canBe }, kinds]) =>
      `  ${title} (${canBe.map((ability) => abilityWords[ability].toLowerCase()).join(', ')})\n` +
      kinds.map((kind) => `    ${kind.name.padEnd(24)} ${kind.title}`).join('\n'),
  )
  return `\nKinds:\n${parts.join('\n')}\n\n“pallet connections kinds” tells what each of them takes.`
}
