/** Blobs that Snowflake fetches by itself. */
import { posix } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import type { BlobToLoad } from '../../runs/ports/warehouse.ts'
import { isUnknown } from './problems.ts'
import type { Session } from './session.ts'

/**
 * The folder of a blob as what stands behind FROM. A stage names its own place, which the blob has to lie below. Throws
 * `permission-denied` where there is no such stage, and `usage` where it is another place.
 */
export async function blobSource(session: Session, blob: BlobToLoad): Promise<string> {
  const { host, container, name, sas } = blob
  const folder = posix.dirname(name)
  const place = `azure://${host}/${container}/${folder === '.' ? '' : `${folder}/`}`
  const { blobs: reading } = session.access
  if (sas !== null)
    return `${quoted(place)} CREDENTIALS=(AZURE_SAS_TOKEN=${quoted(`?${sas.token}`)})`
  if (reading === undefined || reading.by === 'sas')
    throw new TypeError('Nobody has said how Snowflake reads blobs.')
  const called = reading.name.split('.').map(folded).join('.')
  if (reading.by === 'integration') return `${quoted(place)} STORAGE_INTEGRATION=${called}`
  const below = await stagePlace(session, called)
  if (place.startsWith(below)) return quoted(`@${called}/${place.slice(below.length)}`)
  throw new Problem({
    code: 'usage',
    what: `The stage ${called} is at ${below}, and the blob of this run is at ${place}${posix.basename(name)}.`,
    did: 'Pallet loaded nothing.',
    advice:
      'Name a stage over the container of the blob in the connection, or let Pallet send the files.',
  })
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** Where a stage lies, with a slash at its end. */
async function stagePlace(session: Session, stage: string): Promise<string> {
  const about = await session.rows(`DESC STAGE ${stage}`).catch((error: unknown) => {
    if (!(error instanceof Error) || !isUnknown(error.cause)) throw error
    throw new Problem(
      {
        code: 'permission-denied',
        what: `There is no stage ${stage}, or the role of this connection has no USAGE on it.`,
        did: 'Pallet loaded nothing.',
        advice: 'Correct its name in the connection, or have USAGE on it granted to the role.',
      },
      { cause: error },
    )
  })
  const [, , , url] = about.find(([, property]) => property === 'URL') ?? []
  const [, place = ''] = /azure:\/\/([^"\]]+)/.exec(url ?? '') ?? []
  return `azure://${place.replace(/\/*$/, '/')}`
}

/** Why a COPY of a blob failed, where its SAS had ended by then: what Azure says does not tell. */
export function afterItsEnd(thrown: unknown, { sas }: BlobToLoad, nowMs: number): unknown {
  const endedMs = sas?.expiresAtMs ?? null
  if (!(thrown instanceof Problem) || thrown.code !== 'permission-denied') return thrown
  if (endedMs === null || endedMs > nowMs) return thrown
  return new Problem(
    {
      code: 'credential-expired',
      what: 'The SAS with which Snowflake reads the blob of this run has expired.',
      did: 'Pallet loaded nothing.',
      advice:
        'Try the run again; where the connection of the storage has a SAS, save a newer one there first.',
      detail: thrown.data.detail ?? '',
    },
    { cause: thrown },
  )
}
