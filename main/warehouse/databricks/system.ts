import { z } from 'zod'
import { byKind } from '../../../shared/systems/kinds.ts'
import { databricks as record } from '../../../shared/systems/databricks.ts'
import type { OutsideSystem } from '../../runs/ports/systems.ts'
import { browse } from './browse.ts'
import { databricksJobs, jobNames } from './jobs.ts'
import { missing } from './problems.ts'
import { type DatabricksAccess, Workspace } from './workspace.ts'

/** What a token of Entra ID is for when it is one for Databricks, in every tenant; https://learn.microsoft.com/azure/databricks/dev-tools/auth. */
const entraScope = '2ff814a6-3304-4ab8-87cb-cd0e6f879c1d/.default'

const accessOf = byKind(record, {
  'databricks-token': ({ settings, secrets }): DatabricksAccess => ({
    ...settings,
    kind: 'databricks',
    signIn: { by: 'token', token: secrets.accessToken },
  }),
  'databricks-oauth': ({ settings: { client, ...place }, secrets }): DatabricksAccess => ({
    ...place,
    kind: 'databricks',
    signIn: {
      by: 'client',
      client,
      secret: secrets.oauthSecret,
      tokenAddress: new URL('/oidc/v1/token', place.url).href,
      scope: 'all-apis',
    },
  }),
  'databricks-entra': ({ settings, secrets }): DatabricksAccess => {
    const { client, tenant, authority, ...place } = settings
    return {
      ...place,
      kind: 'databricks',
      signIn: {
        by: 'client',
        client,
        secret: secrets.clientSecret,
        tokenAddress: new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, authority).href,
        scope: entraScope,
      },
    }
  },
})

const Warehouse = z.object({ name: z.string(), state: z.string() })

/** Databricks, for those who load into it, and those whose jobs wait for the rows. */
export const databricks: OutsideSystem = {
  warehouse: accessOf,
  trigger: (connection) =>
    databricksJobs(new Workspace(accessOf(connection), 'telling those who wait for the rows')),
  browse: (connection, field, signal) => browse(accessOf(connection), field, signal),
  async test(connection, signal) {
    const access = accessOf(connection)
    const { catalog, schema, volume, warehouse } = access
    const workspace = new Workspace(access, 'testing the connection')
    const seen = async (path: string): Promise<unknown> => {
      const { status, body } = await workspace.once('GET', path, signal, { expected: [200, 404] })
      return status === 404 ? null : body
    }
    const worker = Warehouse.safeParse(await seen(`/api/2.0/sql/warehouses/${warehouse}`))
    if (!worker.success) throw missing('SQL warehouse', warehouse)
    const place = `${catalog}.${schema}`
    if ((await seen(`/api/2.1/unity-catalog/schemas/${place}`)) === null)
      throw missing('schema', place)
    const hasVolume = (await seen(`/api/2.1/unity-catalog/volumes/${place}.${volume}`)) !== null
    const { name, state } = worker.data
    const sleeps = state === 'RUNNING' ? '' : ', which is started when it is needed'
    const files = hasVolume ? '' : ` The volume ${volume} is made with the first load.`
    const jobs = await jobNames(workspace, signal)
    return {
      message: `Connected to ${place}, worked by the SQL warehouse “${name}”${sleeps}.${files}`,
      places: jobs === null ? null : { label: 'Jobs', names: jobs },
    }
  },
}
