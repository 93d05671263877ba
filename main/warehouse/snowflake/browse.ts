import { z } from 'zod'
import { type Offered, mostOffered } from '../../../shared/domain/connection.ts'
import { nameFirst, offered } from '../remote/offered.ts'
import { named } from './names.ts'
import { isUnknown, missing, snowflakeProblem } from './problems.ts'
import { type Session, type SnowflakeAccess, withSession } from './session.ts'

const doing = 'asking what there is'
/** As it is without quotation marks: others a sign-in does not find. */
const isUsable = (name: string): boolean => /^[A-Z_][A-Z0-9_$]*$/.test(name)

/**
 * What an account has for a field of a connection, as far as its role sees it. Nothing of it is worked by a virtual warehouse, so that a
 * suspended one stays so; https://docs.snowflake.com/en/sql-reference/sql/show.
 */
export async function browse(
  { role, database, ...access }: SnowflakeAccess,
  field: string,
  signal: AbortSignal,
): Promise<Offered> {
  if (field === 'schema' && !database) throw nameFirst('schema', 'database')
  // Which roles there are does not hang on the one that is named; the others need none of the places.
  const asking = {
    ...access,
    database: '',
    schema: '',
    warehouse: '',
    role: field === 'role' ? undefined : role,
  }
  return await withSession(asking, signal, doing, async (session) => {
    switch (field) {
      case 'role': {
        const [row] = await session.rows('SELECT CURRENT_AVAILABLE_ROLES()')
        const names = z.array(z.string()).parse(JSON.parse(row?.[0] ?? '[]'))
        return offered(
          names.map((name) => ({ name, note: '' })),
          { thing: 'role', grant: 'a role to be granted to the user', isUsable },
        )
      }
      case 'warehouse':
        return offered(await shown(session, 'WAREHOUSES', ['state', 'size']), {
          thing: 'virtual warehouse',
          grant: 'USAGE on one to be granted to the role',
          isUsable,
        })
      case 'database':
        return offered(await shown(session, 'TERSE DATABASES'), {
          thing: 'database',
          grant: 'USAGE on one to be granted to the role',
          isUsable,
        })
      case 'schema': {
        const all = await shown(session, `TERSE SCHEMAS IN DATABASE ${named(database)}`).catch(
          (error: unknown) => {
            if (error instanceof Error && isUnknown(error.cause))
              throw missing('database', database, role)
            throw error
          },
        )
        return offered(
          // Nobody can make a table in this one.
          all.filter(({ name }) => name !== 'INFORMATION_SCHEMA'),
          {
            thing: `schema in ${database}`,
            grant: 'USAGE on one to be granted to the role',
            isUsable,
          },
        )
      }
      default:
        throw new Error(`nothing is offered for ${field}`)
    }
  })
}

/** What SHOW answers, with what some of its columns say of each. */
async function shown(
  session: Session,
  what: string,
  notes: readonly string[] = [],
): Promise<Offered['names']> {
  const found: Offered['names'] = []
  try {
    const answer = await session.stream(`SHOW ${what}`)
    for await (const row of answer.rows) {
      const cell = (column: string): string => row[answer.columns.indexOf(column)] ?? ''
      const said = notes.map(cell).filter((note) => note !== '')
      found.push({ name: cell('name'), note: said.join(', ').toLowerCase() })
      if (found.length > mostOffered) break
    }
    answer.end()
  } catch (error) {
    throw snowflakeProblem(error, session.access, doing)
  }
  return found
}
