/**
 * The folder that a run has for its job: what was asked for, and below it one folder for every time that it was started. What stands in it is
 * whole or not there, so that it says after a crash how far it had come.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { errorCode, fileTrouble } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { Brought } from '../../../shared/domain/runs/work.ts'

/** The end of a log that is read. */
const logBytes = 64 * 1024

/** What a run has asked for. */
export const Asked = z.object({
  runId: z.string(),
  job: z.string(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Of the recipe: what this computer has counted, which Spark has to count, too. */
  expected: z.object({ read: z.int(), delivered: z.int(), held: z.int() }).nullable(),
})
export type Asked = z.infer<typeof Asked>

/** What a job says at its end; `problem`: why it has delivered nothing. */
const Result = Brought.extend({ problem: z.string().optional() })
export type Result = z.infer<typeof Result>

/** One start of a job. */
export interface Attempt {
  asked: Asked
  /** From 1. */
  nth: number
  /** As Spark shows it, of this start alone. */
  name: string
  /** Its folder here, and as Spark calls it; and those of the run. */
  folder: string
  there: string
  runFolder: string
  runThere: string
}

/** Under which Spark knows what a run has started: `JOB/pallet-RUN-…`, of any two of them different. */
export function nameOf(runId: string, job: string): string {
  const own = createHash('sha256').update(`${runId}\n${job}`).digest('hex').slice(0, 8)
  return `${job}/pallet-${runId.replaceAll(/[^\w-]/g, '_').slice(0, 60)}-${own}`
}

const folderName = (told: string): string => told.slice(told.lastIndexOf('/') + 1)

export const asUri = (path: string): string => pathToFileURL(path).href

/** The folder of a connection, here and as Spark calls it. */
export class Place {
  readonly #connection: string
  readonly #here: string
  readonly #there: string

  constructor(connection: string, here: string, there: string) {
    this.#connection = connection
    this.#here = here
    this.#there = there
  }

  async mustTakeFiles(): Promise<void> {
    await this.#writing(async () => {
      await mkdir(this.#here, { recursive: true })
      await this.write(join(this.#here, '.pallet'), '')
    })
  }

  runFolder(told: string): { here: string; there: string } {
    const name = folderName(told)
    return { here: join(this.#here, name), there: `${this.#there.replace(/\/+$/, '')}/${name}` }
  }

  /** The last start; null: nothing was asked for yet. */
  async last(told: string): Promise<Attempt | null> {
    const { here, there } = this.runFolder(told)
    const asked = await readJson(join(here, 'asked.json'), Asked)
    if (asked === null) return null
    const nth = Math.max(...(await readdir(here)).map(Number).filter(Number.isInteger), 1)
    const own = { folder: join(here, String(nth)), there: `${there}/${nth}` }
    await this.#writing(() => mkdir(own.folder, { recursive: true }))
    return {
      asked,
      nth,
      name: `${folderName(told)}-${nth}`,
      ...own,
      runFolder: here,
      runThere: there,
    }
  }

  /** Of a job that was asked for, and whose folder is not there: it may be on a disk that is away just now. */
  gone(told: string): Problem {
    return new Problem({
      code: 'network',
      what: `The folder ${this.runFolder(told).here} is not there, by which Pallet knows what has become of its job.`,
      did: 'Pallet looks again in a while, and starts nothing meanwhile.',
      advice: 'See that the disk or the share is there.',
      connection: this.#connection,
    })
  }

  /** Asks for it, when all that it needs is there. */
  async ask(
    told: string,
    asked: Asked,
    prepare: (folder: string, there: string) => Promise<void>,
  ): Promise<void> {
    const { here, there } = this.runFolder(told)
    await this.#writing(() => mkdir(here, { recursive: true }))
    await prepare(here, there)
    await this.write(join(here, 'asked.json'), JSON.stringify(asked))
  }

  /** Asks for one more start. */
  async again({ runFolder, nth }: Attempt): Promise<void> {
    await this.#writing(() => mkdir(join(runFolder, String(nth + 1)), { recursive: true }))
  }

  /** Whole, or not there. */
  async write(path: string, text: string): Promise<void> {
    await this.#writing(async () => {
      const part = `${path}.${randomUUID()}.part`
      await writeFile(part, text)
      await rename(part, path)
    })
  }

  async #writing(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof Problem) throw error
      const isFull = fileTrouble(errorCode(error)) === 'full'
      throw new Problem(
        {
          code: isFull ? 'disk-full' : 'trigger-failed',
          what: `The folder ${this.#here}, in which Spark is told what to do, could not be written to.`,
          did: 'Nothing was started.',
          advice:
            'See that it is there, that it may be written to, and that it has room; then retry the run.',
          detail: errorCode(error),
          connection: this.#connection,
        },
        { cause: error },
      )
    }
  }
}

/** What a file says; null: it is not there, or is no such thing. */
export async function readJson<Shape>(
  path: string,
  shape: z.ZodType<Shape>,
): Promise<Shape | null> {
  const text = await textIn(path)
  if (text === null) return null
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    return null
  }
}

export async function textIn(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null
    throw error
  }
}

export const resultFile = 'result.json'
export const resultOf = ({ folder }: Attempt): Promise<Result | null> =>
  readJson(join(folder, resultFile), Result)

/** The last lines of a log, which may be large. */
export async function endOf(path: string): Promise<string[]> {
  const file = await open(path).catch(() => null)
  if (file === null) return []
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - logBytes)
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(logBytes),
      position: from,
    })
    return buffer.subarray(0, bytesRead).toString('utf8').split('\n')
  } finally {
    await file.close()
  }
}
