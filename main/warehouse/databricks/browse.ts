import { z } from 'zod'
import { type Offered, mostOffered } from '../../../shared/domain/connection.ts'
import { nameFirst, offered } from '../remote/offered.ts'
import { missing } from './problems.ts'
import { understood } from './session.ts'
import { type DatabricksAccess, Workspace } from './workspace.ts'

const Page = z.looseObject({ next_page_token: z.string().nullish() })
const catalogApi = '/api/2.1/unity-catalog'
const Named = z.object({ name: z.string() })
const Worker = Named.extend({
  id: z.string(),
  state: z.string().default(''),
  cluster_size: z.string().default(''),
})

/** What a workspace has for a field of a connection, as far as whoever signs in sees it; no SQL warehouse is started for it. */
export async function browse(
  access: DatabricksAccess,
  field: string,
  signal: AbortSignal,
): Promise<Offered> {
  const workspace = new Workspace(access, 'asking what there is')
  switch (field) {
    case 'warehouse': {
      const all = await listed(workspace, '/api/2.0/sql/warehouses', 'warehouses', Worker, signal)
      return offered(
        all.map(({ id, name, state, cluster_size: size }) => ({
          name: id,
          note: [name, state.toLowerCase(), size.toLowerCase()]
            .filter((one) => one !== '')
            .join(', '),
        })),
        { thing: 'SQL warehouse', grant: 'CAN USE on one' },
      )
    }
    case 'catalog': {
      const all = await listed(workspace, `${catalogApi}/catalogs`, 'catalogs', Named, signal)
      return offered(all.map(bare), { thing: 'catalog', grant: 'USE CATALOG on one' })
    }
    case 'schema': {
      const { catalog } = access
      if (!catalog) throw nameFirst('schema', 'catalog')
      const path = `${catalogApi}/schemas?catalog_name=${encodeURIComponent(catalog)}`
      const all = await listed(workspace, path, 'schemas', Named, signal)
      return offered(
        // Nobody can make a table in this one.
        all.filter(({ name }) => name !== 'information_schema').map(bare),
        {
          thing: `schema in ${catalog}`,
          grant: `USE CATALOG on ${catalog} and USE SCHEMA on one in it`,
        },
      )
    }
    default:
      throw new Error(`nothing is offered for ${field}`)
  }
}

const bare = ({ name }: z.infer<typeof Named>): Offered['names'][number] => ({ name, note: '' })

/** All pages of a list, or more than are offered. A page that is empty is not the last one. */
async function listed<One>(
  workspace: Workspace,
  path: string,
  key: string,
  shape: z.ZodType<One>,
  signal: AbortSignal,
): Promise<One[]> {
  const found: One[] = []
  let next = ''
  do {
    const url = `${path}${path.includes('?') ? '&' : '?'}${next}`
    const { status, body } = await workspace.once('GET', url, signal, { expected: [200, 404] })
    if (status === 404) throw missing('catalog', workspace.access.catalog)
    const page = understood(Page, body, workspace.access)
    found.push(...z.array(shape).parse(page[key] ?? []))
    const token = page.next_page_token ?? ''
    next = token === '' ? '' : `page_token=${encodeURIComponent(token)}`
  } while (next !== '' && found.length <= mostOffered)
  return found
}
