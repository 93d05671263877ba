/** What a job of Spark works at, read from the event log that its driver writes: an event a line, as JSON. */
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { mostParts } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { type Part, workingWords } from '../../../shared/domain/runs/work.ts'

const chunkBytes = 1024 * 1024
/** An event that is longer says nothing of progress: it has a plan or an environment in it. */
const mostEventBytes = 16 * 1024 * 1024

const JobStart = z.object({
  'Job ID': z.int(),
  'Stage Infos': z
    .array(z.object({ 'Stage ID': z.int(), 'Stage Name': z.string(), 'Number of Tasks': z.int() }))
    .default([]),
  Properties: z.record(z.string(), z.unknown()).nullish(),
})
const JobEnd = z.object({
  'Job ID': z.int(),
  'Job Result': z.object({ Result: z.string() }),
})
const TaskEnd = z.object({
  'Stage ID': z.int(),
  'Task End Reason': z.object({ Reason: z.string() }),
})

/** What Spark calls jobs, by what they are for. */
interface Work {
  running: number
  failed: boolean
  tries: number
  tasks: number
  tasksDone: number
}

/** One event log, read as far as it is written; memory does not grow with it. */
export class EventLog {
  readonly #folder: string
  #file: string | null = null
  #offset = 0
  #rest: Buffer = Buffer.alloc(0)
  #isSkipping = false
  readonly #work = new Map<string, Work>()
  readonly #jobs = new Map<number, string>()
  readonly #stages = new Map<number, string>()

  /** `folder`: that one driver writes its log to; it need not be there. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Reads what has come. Answers whether a driver has ever written. */
  async read(): Promise<boolean> {
    const [name] = await namesIn(this.#folder)
    if (name === undefined) return false
    // It has another name when it has ended, and the same bytes.
    this.#file = join(this.#folder, name)
    const file = await open(this.#file).catch(() => null)
    // It was given its other name in this moment.
    if (file === null) return true
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read({
          buffer: Buffer.alloc(chunkBytes),
          position: this.#offset,
        })
        if (bytesRead === 0) return true
        this.#offset += bytesRead
        this.#take(buffer.subarray(0, bytesRead))
      }
    } finally {
      await file.close()
    }
  }

  parts(): Part[] {
    return [...this.#work].map(([name, { running, failed, tries }]) => ({
      name,
      state: running > 0 ? 'works' : failed ? 'failed' : 'done',
      tries,
    }))
  }

  /** `“recipe” runs in Spark, 1 of 2 jobs done: writes the rows, 3 of 8 tasks`. */
  words(what: string): string {
    const now = [...this.#work.values()].find(({ running }) => running > 0)
    const tasks =
      now === undefined || now.tasks === 0
        ? ''
        : `, ${now.tasksDone} of ${plural(now.tasks, 'task')}`
    return `${workingWords(what, this.parts(), 'job')}${tasks}`
  }

  #take(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      const line = bytes.subarray(from, end)
      if (!this.#isSkipping) this.#event(Buffer.concat([this.#rest, line]).toString('utf8'))
      this.#isSkipping = false
      this.#rest = Buffer.alloc(0)
      from = end + 1
    }
    if (this.#isSkipping) return
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(from)])
    if (this.#rest.length <= mostEventBytes) return
    this.#isSkipping = true
    this.#rest = Buffer.alloc(0)
  }

  #event(line: string): void {
    const [, kind] = /^\{"Event":"SparkListener(JobStart|JobEnd|TaskEnd)"/.exec(line) ?? []
    if (kind === undefined) return
    const event: unknown = JSON.parse(line)
    if (kind === 'JobStart') this.#start(JobStart.parse(event))
    else if (kind === 'JobEnd') this.#end(JobEnd.parse(event))
    else this.#task(TaskEnd.parse(event))
  }

  #start({
    'Job ID': id,
    'Stage Infos': stages,
    Properties: properties,
  }: z.infer<typeof JobStart>): void {
    const described = properties?.['spark.job.description']
    const name =
      typeof described === 'string' && described !== ''
        ? described.slice(0, 200)
        : (stages.at(-1)?.['Stage Name'] ?? `job ${id}`).slice(0, 200)
    const work = this.#work.get(name) ?? {
      running: 0,
      failed: false,
      tries: 1,
      tasks: 0,
      tasksDone: 0,
    }
    work.running += 1
    for (const { 'Stage ID': stage, 'Number of Tasks': tasks } of stages) {
      work.tasks += tasks
      this.#stages.set(stage, name)
    }
    this.#work.set(name, work)
    this.#jobs.set(id, name)
    const oldest = [...this.#work].find(([, { running }]) => running === 0)
    if (this.#work.size > mostParts && oldest !== undefined) this.#work.delete(oldest[0])
  }

  #end({ 'Job ID': id, 'Job Result': { Result: result } }: z.infer<typeof JobEnd>): void {
    const name = this.#jobs.get(id)
    const work = name === undefined ? undefined : this.#work.get(name)
    this.#jobs.delete(id)
    if (work === undefined) return
    work.running -= 1
    work.failed ||= result !== 'JobSucceeded'
    if (work.running > 0) return
    for (const [stage, of] of this.#stages) if (of === name) this.#stages.delete(stage)
  }

  #task({
    'Stage ID': stage,
    'Task End Reason': { Reason: reason },
  }: z.infer<typeof TaskEnd>): void {
    const work = this.#work.get(this.#stages.get(stage) ?? '')
    if (work !== undefined && reason === 'Success') work.tasksDone += 1
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}
