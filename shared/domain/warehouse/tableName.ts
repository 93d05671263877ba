/** Names of tables as people write them: `T`, `SCHEMA.T` or `DATABASE.SCHEMA.T`. */

/** A part of a name; `quoted`: it stood between quotation marks or backticks, so that it is taken as it is. */
export interface NamePart {
  name: string
  quoted: boolean
}

const part = /^(?:"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^".`]+))(?:\.(?=.)|$)/s

/** The parts of a name, the table last; null: it is none, as with a point at its end or a mark that is not closed. */
export function tableParts(table: string): NamePart[] | null {
  const parts: NamePart[] = []
  for (let rest = table; rest !== '';) {
    const [found, marked, ticked, plain] = part.exec(rest) ?? []
    if (found === undefined) return null
    const quoted = marked?.replaceAll('""', '"') ?? ticked?.replaceAll('``', '`')
    parts.push({ name: quoted ?? plain ?? '', quoted: quoted !== undefined })
    rest = rest.slice(found.length)
  }
  return parts.length === 0 ? null : parts
}

/** Another table of the same schema. */
export function beside(table: string, other: string): string {
  const before = /^(?:(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|[^".`]+)\.)*(?=.)/s.exec(table)?.[0] ?? ''
  return `${before}${other}`
}

/** The whole name of a table. `place`: where it lies unless it is named with its schema, with a point at the end: `SALES.RAW.` */
export function tableIn(place: string, table: string): string {
  const parts = tableParts(table)
  if (parts === null) return `${place}${table}`
  const above = place.split('.').slice(0, -parts.length)
  return [...above, ...parts.map(({ name }) => name)].join('.')
}
