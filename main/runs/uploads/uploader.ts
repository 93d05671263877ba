import { statSync } from 'node:fs'
import type { UploadLimit } from '../../../shared/domain/limit.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { expiryWarning } from './expiry.ts'
import { JournalWriter, lenient } from './journal.ts'
import type { ReachedAccount } from '../ports/accounts.ts'
import type {
  JournalRepository,
  UploadAnswers,
  UploadInput,
  UploadKey,
  UploadOutput,
  UploadPlan,
  UploadPlanInput,
  UploadReport,
} from '../ports/uploading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { SettingsRepository } from '../ports/store.ts'

export interface UploaderParts {
  rooms: Pick<Rooms, 'upload' | 'planUpload'>
  settings: SettingsRepository
  journals: JournalRepository
  now: () => Date
}

/** A file that is to be brought to a blob. */
export interface Errand<Input = UploadPlanInput> {
  connection: string
  account: ReachedAccount
  /** The run it is done for; null: none. */
  run: string | null
  input: Omit<Input, 'access' | 'journal' | 'limit'>
}
export interface Sending extends Errand<UploadInput> {
  /** In place of what is set for this home. */
  limit?: UploadLimit | undefined
  warn: (message: string) => void
}
export type Sent = UploadOutput & {
  /** Over all attempts since this upload first began. */
  sent: { blocks: number; bytes: number }
}
interface UploadControl {
  signal: AbortSignal
  report: (report: UploadReport) => void
}

/** Less than this says more about the answers than about the line. */
const tellingBytes = 1024 * 1024

/** What all uploads of a home share: its limit, and what each line was seen to carry. */
export class Uploader {
  readonly #parts: UploaderParts

  constructor(parts: UploaderParts) {
    this.#parts = parts
  }

  /**
   * The room's upload, with what is remembered of earlier attempts. A change of the home's limit holds at
   * once; a SAS that will not last is warned of.
   */
  async send(errand: Sending, control: UploadControl): Promise<Sent> {
    const { rooms, journals, settings, now } = this.#parts
    const { connection, account } = errand
    const key = keyOf(errand)
    const limit = (): UploadLimit => errand.limit ?? settings.get().uploadLimit
    const startedMs = performance.now()
    this.#warnOfExpiry(errand, key, limit(), now())
    const writer = new JournalWriter(journals, key, now)
    try {
      const output = await rooms.upload(
        { ...errand.input, ...this.#known(errand), limit: limit() },
        {
          signal: control.signal,
          report(report) {
            writer.take(report)
            control.report(report)
          },
          ask: answering({ token: account.token, limit: async () => limit() }),
        },
      )
      this.#measure(connection, output, performance.now() - startedMs)
      await account.keep(control.signal)
      writer.close()
      const { blocks, bytes } = this.#sent(key)
      lenient(() => journals.end(key))
      const { blocksSent, bytesSent } = output
      // A block acknowledged just before a kill may be missing in the journal.
      const sent = { blocks: Math.max(blocks, blocksSent), bytes: Math.max(bytes, bytesSent) }
      return { ...output, sent }
    } catch (error) {
      writer.close()
      // Once it is told that somebody else has written, whoever tries again means the blob as it is then.
      const { code } = Problem.from(error)
      // The sandbox knows better than its answers tell: it may be out of room.
      if (code === 'network' || code === 'server-busy') await account.keep(control.signal)
      if (code === 'blob-changed' || code === 'blob-conflict') lenient(() => journals.end(key))
      throw error
    }
  }

  /** What `send` would do. */
  async plan(errand: Errand, control: UploadControl): Promise<UploadPlan> {
    return await this.#parts.rooms.planUpload(
      { ...errand.input, ...this.#known(errand) },
      { ...control, ask: answering({ token: errand.account.token }) },
    )
  }

  #known(errand: Errand): Pick<UploadPlanInput, 'access' | 'journal'> {
    const { access } = errand.account
    const journal = lenient(() => this.#parts.journals.get(keyOf(errand))) ?? null
    return journal === null ? { access } : { access, journal }
  }

  #sent(key: UploadKey): { blocks: number; bytes: number } {
    return lenient(() => this.#parts.journals.sent(key)) ?? { blocks: 0, bytes: 0 }
  }

  #warnOfExpiry(errand: Sending, key: UploadKey, limit: UploadLimit, at: Date): void {
    const { connection, account, input } = errand
    const { validity } = account
    if (validity === null) return
    const size = statSync(input.file, { throwIfNoEntry: false })?.size ?? 0
    const warning = expiryWarning(validity, {
      connection,
      bytes: Math.max(0, size - this.#sent(key).bytes),
      bytesPerSecond: this.#parts.settings.rate(connection),
      limit,
      at,
    })
    if (warning !== null) errand.warn(warning)
  }

  #measure(connection: string, { bytesSent }: UploadOutput, ms: number): void {
    if (bytesSent < tellingBytes) return
    const bytesPerSecond = Math.round((bytesSent * 1000) / Math.max(1, ms))
    // A forecast is lost (a full disk), and no upload fails for that.
    lenient(() => this.#parts.settings.saveRate(connection, bytesPerSecond))
  }
}

function keyOf({ account, input, run }: Errand): UploadKey {
  const { container, blob, file } = input
  return { file, target: `${account.address}/${container}/${blob}`, runId: run }
}

export function answering<Question extends keyof UploadAnswers>(answers: {
  [Each in Question]: () => Promise<UploadAnswers[Each]>
}) {
  return <Asked extends Question>(question: Asked): Promise<UploadAnswers[Asked]> =>
    answers[question]()
}
