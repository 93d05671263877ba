/**
 * Azurite keeps what it knows of its blobs in memory and writes two tables now and then: `extents.json`
 * (which files of bytes there are) and `blobs.json` (which blobs, of which bytes). Left to itself it does so
 * every five seconds, each table for itself and without waiting for the disk; killed in between it has lost
 * blobs that it had confirmed, or lists some whose bytes it does not find. Here both are written together,
 * on demand, and each so that a power cut leaves the old one or the new one. The bytes themselves Azurite
 * brings to the disk with every block. Its stores are no public API, so the version is pinned.
 */
import { statSync } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { callbackify } from 'node:util'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'

/** Where a part of a blob lies: in a file of the extents folder. */
interface Chunk {
  id: string
  offset: number
  count: number
}
interface BlobRecord {
  containerName: string
  name: string
  /** Of a blob that was put as a whole. */
  persistency?: Chunk
  committedBlocksInOrder?: { persistency: Chunk }[]
}
interface Collection<Item> {
  data: Item[]
  findOne(query: object): Item | null
  insert(item: Item): void
  remove(item: Item): void
}
/** Of LokiJS, in which Azurite keeps its tables. */
interface Table {
  filename: string
  autosave: boolean
  persistenceAdapter: object
  autosaveDisable(): void
  autosaveDirty(): boolean
  autosaveClearFlags(): void
  serialize(): string
  getCollection(name: string): Collection<unknown> | null
}
/** What a started Azurite saves with. */
export interface Stores {
  metadataStore: { db: Table }
  extentMetadataStore: { db: Table }
  extentStore: {
    appendExtent(data: unknown, contextId?: string): Promise<unknown>
    deleteExtents(ids: Iterable<string>): Promise<number>
  }
}

/** Azurite's own interval; what no upload waits for is saved this often. */
const saveEveryMs = 5_000

export interface Saving {
  /** Takes out of the tables what cannot be read, and answers with the names of the blobs among it. */
  check(): string[]
  /**
   * Resolves when all that was confirmed before the call is safely on the disk; else throws why not. Throws
   * also, once, that there was no room for bytes since the last call.
   */
  save(): Promise<void>
}

/** To be called before Azurite starts, so that it does not save or load in its own way even once. */
export function saving(stores: Stores, extentsFolder: string): Saving {
  const extents = stores.extentMetadataStore.db
  const blobs = stores.metadataStore.db
  for (const table of [extents, blobs]) {
    table.autosaveDisable()
    table.autosave = false
    table.persistenceAdapter = { loadDatabase, saveDatabase }
  }

  /** A failed write leaves the tables' own marks as if it had been done. */
  let unsaved = false
  async function write(): Promise<void> {
    const texts = [extents.serialize(), blobs.serialize()] as const
    for (const table of [extents, blobs]) table.autosaveClearFlags()
    unsaved = true
    await syncFolder(extentsFolder)
    // In this order: a blob is never listed before the files of its bytes are.
    await replace(extents.filename, texts[0])
    await replace(blobs.filename, texts[1])
    unsaved = false
  }
  /** Azurite answers a full disk as an error of its own, which a client tries again. */
  let refused: Error | null = null
  const appendExtent = stores.extentStore.appendExtent.bind(stores.extentStore)
  stores.extentStore.appendExtent = async (data, contextId) => {
    try {
      const kept = await appendExtent(data, contextId)
      refused = null
      return kept
    } catch (error) {
      if (error instanceof Error && fileTrouble(errorCode(error)) === 'full') refused = error
      throw error
    }
  }
  /** Said once: what comes after may find room. */
  function tellRefused(): void {
    const error = refused
    refused = null
    if (error !== null) throw error
  }

  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null
  /** One at a time; all that ask while one is written share the one after it. */
  function save(): Promise<void> {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null
        running = write()
        return running
      })
    return next
  }
  setInterval(() => {
    // What cannot be written now is told to the next upload that waits for it.
    if (unsaved || extents.autosaveDirty() || blobs.autosaveDirty()) save().catch(() => {})
  }, saveEveryMs).unref()

  // Bytes that no blob uses any more are deleted; the blob on the disk may still use them.
  const deleteExtents = stores.extentStore.deleteExtents.bind(stores.extentStore)
  stores.extentStore.deleteExtents = async (ids) => {
    try {
      await save()
    } catch {
      // Not worth ending the storage for, which is what Azurite would do; it asks again later.
      return 0
    }
    return await deleteExtents(ids)
  }

  return {
    save: async () => {
      await save()
      tellRefused()
    },
    check: () => check(extents, blobs, extentsFolder),
  }
}

/** Tables of an older Pallet, or of a damaged disk, may name bytes that are not there. */
function check(extents: Table, blobs: Table, folder: string): string[] {
  const listed = extents.getCollection('$EXTENTS_COLLECTION$') as Collection<object> | null
  const sizes = new Map<string, number>()
  const isReadable = ({ id, offset, count }: Chunk): boolean => {
    let size = sizes.get(id)
    if (size === undefined) {
      size = statSync(join(folder, id), { throwIfNoEntry: false })?.size ?? 0
      sizes.set(id, size)
      const extent = { id, locationId: 'Default', path: id, size, lastModifiedInMS: Date.now() }
      if (size > 0 && listed?.findOne({ id }) === null) listed.insert(extent)
    }
    return count === 0 || offset + count <= size
  }
  const remove = <Item>(name: string, chunksOf: (item: Item) => Chunk[]): Item[] => {
    const collection = blobs.getCollection(name) as Collection<Item> | null
    const lost = collection?.data.filter((item) => !chunksOf(item).every(isReadable)) ?? []
    for (const item of lost) collection?.remove(item)
    return lost
  }
  remove('$BLOCKS_COLLECTION$', ({ persistency }: { persistency: Chunk }) => [persistency])
  return remove('$BLOBS_COLLECTION$', (blob: BlobRecord) => [
    ...(blob.persistency === undefined ? [] : [blob.persistency]),
    ...(blob.committedBlocksInOrder ?? []).map(({ persistency }) => persistency),
  ]).map(({ containerName, name }) => `${containerName}/${name}`)
}

/** LokiJS's way of asking; null: there is no such file. */
function loadDatabase(file: string, done: (text: string | Error | null) => void): void {
  callbackify(load)(file, (error, text) => done(error ?? text))
}

const saveDatabase = callbackify(replace)

async function load(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8')
    // LokiJS would take an empty file for an empty storage.
    if (text === '') throw new Error(`${file} is empty`)
    return text
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** A power cut at any moment leaves the old file or the new one. */
async function replace(file: string, text: string): Promise<void> {
  const beside = `${file}~`
  const handle = await open(beside, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
  await syncFolder(dirname(file))
}

/** The names in a folder; Windows keeps them by itself and opens no folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
