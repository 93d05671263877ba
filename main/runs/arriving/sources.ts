import { createWriteStream, type Stats } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { errorCode, fileTrouble } from '../../../shared/domain/errorCode.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reading, Remembered } from '../../../shared/domain/files/reading.ts'
import type { RunSource } from '../../../shared/domain/runs/run.ts'
import { Arrival, arrivalProblem, lengthLie } from './arrival.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import { quiet } from '../quiet.ts'

/** Enough of a file to show its first rows. */
const previewBytes = 1024 * 1024

type Source =
  | { kind: 'file'; path: string; name: string }
  | { kind: 'url'; url: string; name: string; file: string; download: Download }
  | { kind: 'dropped'; name: string; bytes: number | null; file: string; arrived: Arrival }

interface Download {
  abort: AbortController
  total: number | null
  arrived: Arrival
}

/** What a run needs to know of a source when it is sent. */
export interface TakenSource {
  source: RunSource
  location: string
  /** The part of a URL that may be a secret. */
  query: string
  /** Once the run is in the list: the source is the run's from then on. */
  handOver: () => void
}

/** Files the person has chosen and not sent yet, by opaque id. */
export class Sources {
  readonly #home: HomePaths
  readonly #rooms: Pick<Rooms, 'fetch' | 'preview'>
  readonly #newId: () => string
  /** Says whether a run in the list has taken a file; asked for once, for that reads all runs. */
  readonly #takenFiles: () => (file: string) => boolean
  readonly #sources = new Map<string, Source>()

  constructor(
    home: HomePaths,
    rooms: Pick<Rooms, 'fetch' | 'preview'>,
    newId: () => string,
    takenFiles: () => (file: string) => boolean,
  ) {
    this.#takenFiles = takenFiles
    this.#home = home
    this.#rooms = rooms
    this.#newId = newId
  }

  /** Removes what an earlier process had received and no run has taken, or what it had begun to remove. */
  async clear(): Promise<void> {
    await mkdir(this.#home.incoming, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#home.incoming)
    if (names.length === 0) return
    const isTaken = this.#takenFiles()
    for (const name of names) {
      const file = join(this.#home.incoming, name)
      if (!isTaken(file)) await rm(file, { recursive: true, force: true })
    }
  }

  /** A path on this computer, or an http(s) URL, as a person types it. */
  async open(location: string): Promise<{ source: string; name: string; bytes: number | null }> {
    const text = location.trim().replace(/^"(.*)"$/, '$1')
    if (/^https?:\/\//i.test(text)) return this.#openUrl(text)
    if (!isAbsolute(text))
      throw new Problem({
        code: 'usage',
        what: `“${text}” is neither a full path on this computer nor an https address.`,
        did: 'Nothing was opened.',
        advice:
          'Paste the whole path, for example from the file’s properties, or an address that starts with https://.',
      })
    const path = resolve(text)
    const name = basename(path)
    const info = await stat(path).catch((error: unknown) => {
      throw missing(path, error)
    })
    refuseUnlessFile(path, info)
    return { source: this.#add({ kind: 'file', path, name }), name, bytes: info.size }
  }

  /** @param bytes null where only the end will tell: standard input */
  announce(name: string, bytes: number | null): { source: string } {
    const id = this.#newId()
    this.#sources.set(id, {
      kind: 'dropped',
      name: basename(name),
      bytes,
      file: join(this.#home.incoming, id),
      arrived: new Arrival(),
    })
    return { source: id }
  }

  /** Takes the bytes of an announced file; exactly as many as were announced. */
  async receive(id: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const source = this.#must(id)
    if (source.kind !== 'dropped' || source.arrived.state !== 'coming' || source.arrived.bytes > 0)
      throw new Problem({
        code: 'usage',
        what: `No bytes are expected for this file.`,
        did: 'They were not taken.',
      })
    const out = createWriteStream(source.file, { mode: 0o600, flags: 'wx' })
    let bytes = 0
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of body) {
        bytes += chunk.byteLength
        if (source.bytes !== null && bytes > source.bytes) throw lengthLie(source.name)
        yield chunk
        source.arrived.grow(bytes)
      }
      if (source.bytes !== null && bytes !== source.bytes) throw lengthLie(source.name)
    }
    try {
      await pipeline(counted, out, { signal })
      source.arrived.end(null)
    } catch (error) {
      const problem = arrivalProblem(source.name, error)
      source.arrived.end(problem)
      // A file that is being opened while it is removed would be there again.
      if (!out.closed) await new Promise<void>((done) => out.once('close', () => done()))
      await rm(source.file, { force: true })
      throw problem
    }
  }

  /** The first rows, read as given or as detected. */
  async preview(
    input: {
      source: string
      reading?: Reading | undefined
      remembered?: Remembered | undefined
      entry?: string | undefined
      rows: number
      everyTable?: boolean | undefined
    },
    signal: AbortSignal,
  ): Promise<Preview> {
    const { source, reading = null, remembered, entry = null, rows, everyTable = false } = input
    const shown = async (): Promise<Preview> => {
      const head = await this.#head(source, signal)
      const unpackedFile = join(this.#home.incoming, this.#newId())
      return this.#rooms.preview(
        { ...head, reading, remembered, entry, unpackedFile, rows, everyTable },
        quiet(signal),
      )
    }
    try {
      return await shown()
    } catch (error) {
      if (Problem.from(error).code !== 'source-arriving') throw error
      await this.whole(source, signal)
      return await shown()
    }
  }

  /** The file itself, when its last byte is on this computer. */
  async whole(id: string, signal: AbortSignal): Promise<string> {
    const source = this.#must(id)
    switch (source.kind) {
      case 'file':
        return (await this.#head(id, signal)).path
      case 'dropped':
        await source.arrived.until(Infinity, signal)
        return source.file
      case 'url':
        await source.download.arrived.until(Infinity, signal)
        return source.file
    }
  }

  /** Something to read the first rows from: the file itself or what has arrived of it. */
  async #head(
    id: string,
    signal: AbortSignal,
  ): Promise<{ path: string; name: string; bytes: number }> {
    const source = this.#must(id)
    switch (source.kind) {
      case 'file': {
        const info = await stat(source.path).catch((error: unknown) => {
          throw missing(source.path, error)
        })
        refuseUnlessFile(source.path, info)
        return { path: source.path, name: source.name, bytes: info.size }
      }
      case 'dropped':
        // The last bytes are on the disk only when the file is whole.
        await source.arrived.until(
          source.bytes !== null && source.bytes > 2 * previewBytes ? 2 * previewBytes : Infinity,
          signal,
        )
        return {
          path: source.file,
          name: source.name,
          bytes: source.bytes ?? source.arrived.bytes,
        }
      case 'url': {
        const { arrived, total } = source.download
        await arrived.until(previewBytes, signal)
        const path = arrived.state === 'whole' ? source.file : `${source.file}.part`
        return { path, name: source.name, bytes: total ?? arrived.bytes }
      }
    }
  }

  /** What a run that takes the source is to know of it. Bytes that were received stay where they are. */
  async take(id: string, signal: AbortSignal): Promise<TakenSource> {
    const source = this.#must(id)
    switch (source.kind) {
      case 'file':
        return takenFile(source.path, source.name)
      case 'dropped': {
        await source.arrived.until(Infinity, signal)
        return {
          source: {
            kind: 'file',
            path: source.name,
            name: source.name,
            bytes: source.arrived.bytes,
            sha256: null,
          },
          location: source.file,
          query: '',
          handOver: () => this.#sources.delete(id),
        }
      }
      case 'url': {
        const url = new URL(source.url)
        const query = url.search
        url.search = ''
        return {
          source: {
            kind: 'url',
            path: url.href,
            hasQuery: query !== '',
            name: source.name,
            bytes: null,
            sha256: null,
          },
          location: url.href,
          query,
          handOver: () => {
            source.download.abort.abort()
            this.#sources.delete(id)
          },
        }
      }
    }
  }

  name(id: string): string {
    return this.#must(id).name
  }

  close(): void {
    for (const source of this.#sources.values())
      if (source.kind === 'url') source.download.abort.abort()
  }

  #openUrl(text: string): { source: string; name: string; bytes: null } {
    let url: URL
    try {
      url = new URL(text)
    } catch {
      throw new Problem({
        code: 'usage',
        what: `“${text.split('?')[0]}” is not an address.`,
        did: 'Nothing was opened.',
        advice: 'Copy the whole address from the browser.',
      })
    }
    // Credentials in an address would end up in lists and logs.
    if (url.username !== '' || url.password !== '')
      throw new Problem({
        code: 'usage',
        what: 'The address carries a user name or a password.',
        did: 'Nothing was opened.',
        advice: 'Use an address without them.',
      })
    const last = decoded(url.pathname)
      .split('/')
      .findLast((part) => part !== '')
    const name = last ?? url.hostname
    const id = this.#newId()
    const file = join(this.#home.incoming, id)
    const download: Download = { abort: new AbortController(), total: null, arrived: new Arrival() }
    this.#sources.set(id, { kind: 'url', url: url.href, name, file, download })
    this.#rooms
      .fetch(
        { location: url.href, target: file },
        {
          ...quiet(download.abort.signal),
          report: (report) => {
            download.total = report.bytesTotal
            download.arrived.grow(report.bytesDone)
          },
        },
      )
      .then(
        (output) => {
          download.total = output.bytes
          download.arrived.grow(output.bytes)
          download.arrived.end(null)
        },
        (error: unknown) => download.arrived.end(Problem.from(error)),
      )
    return { source: id, name, bytes: null }
  }

  #add(source: Source): string {
    const id = this.#newId()
    this.#sources.set(id, source)
    return id
  }

  #must(id: string): Source {
    const source = this.#sources.get(id)
    if (source !== undefined) return source
    throw new Problem({
      code: 'not-found',
      what: 'Pallet does not know this file any more.',
      did: 'Nothing was done with it.',
      advice: 'Drop it again.',
    })
  }
}

/** A file that stays where it is. */
export function takenFile(path: string, name: string): TakenSource {
  return {
    source: { kind: 'file', path, name, bytes: null, sha256: null },
    location: path,
    query: '',
    handOver: () => {},
  }
}

/** Devices and pipes have no end, and reading one can wait for ever or change what is behind it. */
function refuseUnlessFile(path: string, info: Stats): void {
  if (info.isFile()) return
  throw info.isDirectory()
    ? new Problem({
        code: 'source-folder',
        what: `${path} is a folder.`,
        did: 'Nothing was opened.',
        advice: 'Choose a file in it.',
      })
    : new Problem({
        code: 'source-unreadable',
        what: `${path} is a device or a pipe, not an ordinary file.`,
        did: 'Nothing was opened.',
        advice: 'Choose the file that the till or the back office wrote.',
      })
}

/** A path that is not validly encoded is a name all the same. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function missing(path: string, error: unknown): Problem {
  const code = errorCode(error)
  if (fileTrouble(code) === 'missing')
    return new Problem({
      code: 'source-missing',
      what: `There is no file ${path}.`,
      did: 'Nothing was opened.',
      advice: 'Check the name and whether the drive is connected.',
    })
  return new Problem(
    {
      code: 'source-unreadable',
      what: `${path} cannot be opened.`,
      did: 'Nothing was changed.',
      advice: 'Ask whoever owns the file for permission to read it.',
      detail: code,
    },
    { cause: error },
  )
}
