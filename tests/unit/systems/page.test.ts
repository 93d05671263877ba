/** docs/systems.md is made from the records; `npm test -- tests/unit/systems -u` makes it anew. */
import { expect, it } from 'vitest'
import { secretVariable } from '../../../shared/domain/datasets/names.ts'
import { systems } from '../../../shared/systems/all.ts'
import { hyphened, kindsOf, vaultNames, type KnownKind } from '../../../shared/systems/kinds.ts'
import { abilityWords, type Field } from '../../../shared/systems/record.ts'

function page(): string {
  return [
    '# Systems',
    'What Pallet can speak to, and what a connection to it is told. Made from the records in `shared/systems`: do not edit it here.',
    'In the window a connection is added under *Connections*; on the command line by `pallet connections add NAME --kind KIND` with the flags below. A secret is never a flag: it comes on standard input, or for every command from the environment. Where a kind has several, standard input brings the first, or all as one JSON object by field.',
    ...systems.flatMap((system) => [
      `## ${system.title}`,
      system.sentence,
      ...(system.builtIn === true
        ? [`Built in: the connection \`${system.name}\` is always there.`]
        : []),
      `What it can be: ${system.canBe.map((ability) => `${abilityWords[ability].toLowerCase()} (\`${ability}\`)`).join(', ')}.`,
      ...(system.builtIn === true ? [] : kindsOf(system).flatMap(kindSection)),
    ]),
  ].join('\n\n')
}

function kindSection(kind: KnownKind): string[] {
  const variables = vaultNames('NAME', kind)
  const rows = Object.entries(kind.fields).map(([key, field]) => [
    field.label,
    field.secret === true
      ? `secret, \`${secretVariable(variables.get(key) ?? '')}\``
      : `\`--${hyphened(key)}\``,
    field.optional === true || field.default !== undefined || field.input === 'yes-no' ? '' : 'yes',
    takes(field),
    field.help ?? '',
  ])
  const head = ['Field', 'Flag', 'Needed', 'Takes', '']
  return [`### ${kind.title}: \`${kind.name}\``, table([head, ...rows])]
}

function takes(field: Field): string {
  switch (field.input) {
    case 'text':
      return field.example === undefined ? 'text' : `\`${field.example}\``
    case 'lines':
      return 'several lines'
    case 'url':
      return field.example === undefined ? 'a web address' : `\`${field.example}\``
    case 'number':
      return `a whole number from ${field.min} to ${field.max}`
    case 'choice':
      return Object.keys(field.choices)
        .map((choice) => `\`${choice}\``)
        .join(', ')
    case 'yes-no':
      return 'given or not'
  }
}

/** As the formatter would write it. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...body.map(line),
  ].join('\n')
}

it('the page of the systems says what the records say', async () => {
  await expect(`${page()}\n`).toMatchFileSnapshot('../../../docs/systems.md')
})
