import { statSync } from 'node:fs'
import type { UploadLimit } from '../../shared/domain/limit.ts'
import { expiryWarning } from './expiry.ts'
import type {
  BlobAccess,
  BlobAccounts,
  Rooms,
  SettingsRepository,
  TokenSource,
  UploadAnswers,
  UploadInput,
  UploadOutput,
  UploadReport,
} from './ports.ts'

export interface UploaderParts {
  rooms: Pick<Rooms, 'upload'>
  accounts: Pick<BlobAccounts, 'validity'>
  settings: SettingsRepository
  now: () => Date
}

export interface Errand {
  connection: string
  account: { access: BlobAccess; token: TokenSource }
  input: Omit<UploadInput, 'access' | 'limit'>
  /** In place of what is set for this home. */
  limit?: UploadLimit | undefined
  /** Bytes of the file that are known to be there already. */
  sentBefore: number
  warn: (message: string) => void
}

/** Less than this says more about the answers than about the line. */
const tellingBytes = 1024 * 1024

/** What all uploads of a home share: its limit, and what each line was seen to carry. */
export class Uploader {
  readonly #parts: UploaderParts

  constructor(parts: UploaderParts) {
    this.#parts = parts
  }

  /** The room's upload. A change of the home's limit holds at once; a SAS that will not last is warned of. */
  async send(
    errand: Errand,
    control: { signal: AbortSignal; report: (report: UploadReport) => void },
  ): Promise<UploadOutput> {
    const { connection, account, input, sentBefore } = errand
    const { rooms, accounts, settings, now } = this.#parts
    const limit = (): UploadLimit => errand.limit ?? settings.get().uploadLimit
    const started = now()
    const validity = accounts.validity(account.access)
    const size = statSync(input.file, { throwIfNoEntry: false })?.size ?? 0
    const warning =
      validity &&
      expiryWarning(validity, {
        connection,
        bytes: Math.max(0, size - sentBefore),
        bytesPerSecond: settings.rate(connection),
        limit: limit(),
        at: started,
      })
    if (warning !== null) errand.warn(warning)
    const output = await rooms.upload(
      { ...input, access: account.access, limit: limit() },
      { ...control, ask: answering({ token: account.token, limit: async () => limit() }) },
    )
    const ms = Math.max(1, now().getTime() - started.getTime())
    if (output.bytesSent >= tellingBytes)
      try {
        settings.saveRate(connection, Math.round((output.bytesSent * 1000) / ms))
      } catch {
        // A forecast is lost (a full disk), and no upload fails for that.
      }
    return output
  }
}

function answering(answers: {
  [Question in keyof UploadAnswers]: () => Promise<UploadAnswers[Question]>
}) {
  return <Question extends keyof UploadAnswers>(
    question: Question,
  ): Promise<UploadAnswers[Question]> => answers[question]()
}
