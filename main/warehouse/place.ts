import { Problem } from '../../shared/domain/problem.ts'
import { type NamePart, tableParts } from '../../shared/domain/warehouse/tableName.ts'
import type { WarehouseAccess } from '../runs/ports/warehouse.ts'
import { folded as foldedAtSnowflake } from '../../shared/systems/snowflake.ts'

interface Named {
  warehouse: WarehouseAccess
  table: string
}

/**
 * Where a table lies that is named with its schema, or with database and schema: there is the access to, with all that Pallet keeps beside
 * a table, for only what stands in one schema is sure to change together. A name of one part lies where the connection says. A file of DuckDB has
 * one schema; names with a point, which `wrongTable` refuses for new ones, are names there. Throws `usage`.
 */
export function placed<Input extends Named>(input: Input): Input {
  const { warehouse: access, table } = input
  switch (access.kind) {
    case 'duckdb':
      return input
    case 'snowflake': {
      const [name, schema, database] = partsOf(table).map((one) => atSnowflake(table, one))
      return {
        ...input,
        table: name?.plain ?? table,
        warehouse: {
          ...access,
          schema: schema?.written ?? access.schema,
          database: database?.written ?? access.database,
        },
      }
    }
    case 'databricks': {
      // Unity Catalog keeps names in small letters, and files of a volume lie under them.
      const [name = table, schema, catalog] = partsOf(table).map((one) => one.name.toLowerCase())
      return {
        ...input,
        table: name,
        warehouse: {
          ...access,
          schema: schema ?? access.schema,
          catalog: catalog ?? access.catalog,
        },
      }
    }
  }
}

/** The table first. */
function partsOf(table: string): NamePart[] {
  const parts = tableParts(table)
  if (parts !== null && parts.length <= 3) return parts.toReversed()
  throw unusable(
    table,
    'it is not the name of a table, of a schema and a table, or of a database, a schema and a table',
  )
}

/** A part as Pallet keeps it, and as a sign-in names it. */
function atSnowflake(
  table: string,
  { name, quoted }: NamePart,
): { plain: string; written: string } {
  if (quoted && foldedAtSnowflake(name) !== name)
    throw unusable(
      table,
      `“${name}” in small letters is another name at Snowflake than without quotation marks, and Pallet uses the one without`,
    )
  const isPlain = /^[a-z_][a-z0-9_$]*$/i.test(name)
  return { plain: name, written: isPlain ? name : `"${name.replaceAll('"', '""')}"` }
}

function unusable(table: string, why: string): Problem {
  return new Problem({
    code: 'usage',
    what: `The table ${table} cannot be used: ${why}.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice:
      'Write it as TABLE, SCHEMA.TABLE or DATABASE.SCHEMA.TABLE, with quotation marks around a part that has a point in it.',
  })
}
