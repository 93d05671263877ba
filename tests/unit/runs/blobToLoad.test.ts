import { expect, it } from 'vitest'
import type { BlobReading, WarehouseAccess } from '../../../main/runs/ports/warehouse.ts'
import { blobToLoad } from '../../../main/runs/steps/load.ts'
import type { StoredRun } from '../../../main/runs/ports/store.ts'

const signal = new AbortController().signal
const contoso = 'contoso.blob.core.windows.net'

/** What is handed to the warehouse of the blob, and what is said in the history. */
async function asked(about: {
  blobs?: BlobReading
  format?: 'parquet' | 'csv'
  address?: string
  isSent?: boolean
}) {
  const said: string[] = []
  const asksFor: string[] = []
  const { format = 'parquet', address = contoso, isSent = true } = about
  const blob = { connection: 'azure', container: 'retail', name: 'a/b.parquet', format }
  const found = await blobToLoad(
    {
      access: async () =>
        ({ address }) as Awaited<ReturnType<Parameters<typeof blobToLoad>[0]['access']>>,
      readingSas: async (connection, container) => {
        asksFor.push(`${connection}/${container}`)
        return { token: 'sv=1', expiresAtMs: 5 }
      },
    },
    { plan: { destination: { blob, warehouse: null, triggers: [] } } } as unknown as StoredRun,
    {
      warehouse: {
        kind: 'snowflake',
        ...(about.blobs === undefined ? {} : { blobs: about.blobs }),
      } as WarehouseAccess,
    },
    {
      before: () => (isSent ? ({ etag: '1' } as never) : null),
      log: (message) => void said.push(message),
      signal,
    },
  )
  return { found, said, asksFor }
}

it('hands out a SAS only where the warehouse reads by one', async () => {
  const place = { host: contoso, container: 'retail', name: 'a/b.parquet' }
  const sas = { token: 'sv=1', expiresAtMs: 5 }
  expect(await asked({ blobs: { by: 'sas' } })).toEqual({
    found: { ...place, sas },
    said: [],
    asksFor: ['azure/retail'],
  })
  expect(await asked({ blobs: { by: 'stage', name: 'S' } })).toEqual({
    found: { ...place, sas: null },
    said: [],
    asksFor: [],
  })
  expect(await asked({})).toEqual({ found: null, said: [], asksFor: [] })
})

it.each([
  [{ address: '127.0.0.1:10000/devstoreaccount1' }, 'is in no storage account of Azure'],
  [{ address: 'blobs.example.com' }, 'is in no storage account of Azure'],
  [{ format: 'csv' }, 'is no Parquet'],
  [{ isSent: false }, 'has not been sent'],
] as const)(
  'says why a blob %j cannot be read there, and hands out nothing',
  async (about, why) => {
    expect(await asked({ blobs: { by: 'sas' }, ...about })).toEqual({
      found: null,
      said: [`The blob retail/a/b.parquet ${why}, so the file is sent to the warehouse.`],
      asksFor: [],
    })
  },
)
