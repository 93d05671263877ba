import { Problem } from '../../../shared/domain/problem.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { byKind } from '../../../shared/systems/kinds.ts'
import { snowflake as record } from '../../../shared/systems/snowflake.ts'
import type { OutsideSystem } from '../../runs/ports/systems.ts'
import { browse } from './browse.ts'
import { missing } from './problems.ts'
import { type SnowflakeAccess, withSession } from './session.ts'

const accessOf = byKind(record, {
  'snowflake-key-pair': ({ settings: { user, ...place }, secrets }): SnowflakeAccess => ({
    ...placeOf(place),
    kind: 'snowflake',
    signIn: { by: 'key-pair', user, key: secrets.privateKey, passphrase: secrets.passphrase },
  }),
  'snowflake-token': ({ settings: { user, ...place }, secrets }): SnowflakeAccess => ({
    ...placeOf(place),
    kind: 'snowflake',
    signIn: { by: 'token', user, token: secrets.accessToken },
  }),
  'snowflake-oauth': ({ settings, secrets: { oauthSecret: secret } }): SnowflakeAccess => {
    const { client, tokenAddress, scope, ...place } = settings
    return {
      ...placeOf(place),
      kind: 'snowflake',
      signIn: { by: 'oauth', client, secret, tokenAddress, scope },
    }
  },
  'snowflake-azure': ({ settings: { client, resource, ...place } }): SnowflakeAccess => ({
    ...placeOf(place),
    kind: 'snowflake',
    signIn: { by: 'azure', client, resource },
  }),
})

type Place = Omit<SnowflakeAccess, 'kind' | 'signIn' | 'blobs'>

/** How blobs are read has two fields and is one thing. Throws `usage`. */
function placeOf({
  blobs = 'sent',
  blobsBy: name,
  ...place
}: Place & {
  blobs?: 'sent' | 'sas' | 'integration' | 'stage' | undefined
  blobsBy?: string | undefined
}): Place & Pick<SnowflakeAccess, 'blobs'> {
  if (blobs === 'sent') return place
  if (blobs === 'sas') return { ...place, blobs: { by: 'sas' } }
  if (name === undefined)
    throw new Problem({
      code: 'usage',
      what: `The connection does not say by which ${blobs === 'stage' ? 'external stage' : 'storage integration'} Snowflake reads blobs in Azure.`,
      did: 'Pallet did not sign in.',
      advice: 'Name it in the connection, or choose that Pallet sends the files.',
    })
  return { ...place, blobs: { by: blobs, name } }
}

/** Snowflake, for those who load into it. */
export const snowflake: OutsideSystem = {
  warehouse: accessOf,
  browse: (connection, field, signal) => browse(accessOf(connection), field, signal),
  async test(connection, signal) {
    const access = accessOf(connection)
    return await withSession(access, signal, 'testing the connection', async (session) => {
      const [there = []] = await session.rows(
        'SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE(), CURRENT_ROLE()',
      )
      const [database, schema, warehouse, role] = there
      // Signing in succeeds without them: what is not there is left out without a word.
      if (database === null) throw missing('database', access.database, role)
      if (schema === null) throw missing('schema', access.schema, role)
      if (warehouse === null) throw missing('virtual warehouse', access.warehouse, role)
      const [tables] = await session.rows(
        `SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA()`,
      )
      return {
        message: `Connected to ${database}.${schema} as ${role ?? 'the default role'}: ${plural(Number(tables?.[0]), 'table')}, worked by ${warehouse}.`,
        places: null,
      }
    })
  },
}
