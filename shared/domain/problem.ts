import { z } from 'zod'
import { type FileTrouble, errorCode, fileTrouble } from './errorCode.ts'

/** Whether a run that met a problem waits and tries again by itself, waits for a person, or ends. */
export type Remedy = 'retry' | 'person' | 'end'

/**
 * Every way a run, a call or a command can go wrong, and what becomes of the run then. A code is
 * stable: scripts, the retry policy and the screens branch on it, people read the sentences instead.
 */
const remedies = {
  // what the person gave us
  usage: 'end',
  'not-found': 'end',
  'source-missing': 'end',
  'source-unreadable': 'end',
  'source-locked': 'retry',
  'source-empty': 'end',
  'source-folder': 'end',
  'source-binary': 'end',
  'source-too-wide': 'end',
  'source-growing': 'retry',
  'source-arriving': 'retry',
  'source-truncated': 'end',
  'url-not-found': 'end',
  'url-refused': 'end',
  'url-timeout': 'retry',
  'url-length-lie': 'end',
  'dialect-unclear': 'end',
  'not-allowed': 'end',
  'contract-mismatch': 'end',
  'limit-exceeded': 'end',
  // the other side
  network: 'retry',
  'credential-rejected': 'person',
  'credential-expired': 'person',
  'credential-missing': 'person',
  'permission-denied': 'person',
  'clock-skew': 'person',
  'container-missing': 'end',
  'account-missing': 'end',
  'blob-conflict': 'end',
  'blob-changed': 'end',
  'blob-immutable': 'end',
  'blob-leased': 'retry',
  'blob-wrong-type': 'end',
  'blob-foreign-blocks': 'end',
  'server-busy': 'retry',
  integrity: 'end',
  'table-mismatch': 'end',
  'keys-unclear': 'end',
  'delivery-gone': 'end',
  'cleaned-gone': 'end',
  'rows-clash': 'end',
  'cannot-undo': 'end',
  'delivered-before': 'end',
  'decision-needed': 'person',
  'trigger-failed': 'end',
  sql: 'end',
  // this computer
  'disk-full': 'retry',
  'home-in-use': 'end',
  'warehouse-in-use': 'retry',
  'home-newer': 'end',
  'home-unusable': 'end',
  'row-unreadable': 'end',
  'sandbox-failed': 'retry',
  'account-unbalanced': 'end',
  'crashed-before': 'end',
  cancelled: 'end',
  internal: 'end',
} as const satisfies Record<string, Remedy>

export type ProblemCode = keyof typeof remedies
// What an object literal has for keys is known to the compiler, but not to `Object.keys`.
export const problemCodes = Object.keys(remedies) as readonly ProblemCode[]
export const ProblemCode = z.enum(problemCodes)

export const remedyOf = (code: ProblemCode): Remedy => remedies[code]

/**
 * An error as a person reads it. `what` happened to which file or system, what Pallet
 * `did` about it, what the person can do (`advice`). `detail` is for the curious: a
 * status and error code, never a secret, never a stack.
 */
export const ProblemData = z.object({
  code: ProblemCode,
  what: z.string().min(1),
  did: z.string().default(''),
  advice: z.string().default(''),
  detail: z.string().default(''),
  /** The connection it concerns, and the part of it that rights are given for (a container); absent: none. */
  connection: z.string().optional(),
  place: z.string().optional(),
  /** The other side wants to be left alone for so long. */
  retryAfterMs: z.number().optional(),
})
export type ProblemData = z.infer<typeof ProblemData>

/**
 * Which other runs a problem with a credential stops, too: all of the connection, or those into the same
 * place of it, for a SAS or a role may open one container and not the other. null: it is no such problem.
 */
export function reachOf(code: ProblemCode): 'connection' | 'place' | null {
  if (remedyOf(code) !== 'person' || code === 'decision-needed') return null
  return code === 'permission-denied' ? 'place' : 'connection'
}

/** The one error class that crosses rooms, threads, the wire and the screen. */
export class Problem extends Error {
  readonly data: ProblemData

  constructor(data: z.input<typeof ProblemData>, options?: { cause?: unknown }) {
    const parsed = ProblemData.parse(data)
    super(sentence(parsed), options)
    this.name = 'Problem'
    this.data = parsed
  }

  get code(): ProblemCode {
    return this.data.code
  }

  /**
   * Anything thrown, as a Problem: ours as it is, an abort as `cancelled`, trouble with a file that no room has put
   * into words as `disk-full` or `home-unusable`, the rest as `internal`.
   */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown
    const name = thrown instanceof Error ? thrown.name : ''
    if (name === 'AbortError')
      return new Problem({ code: 'cancelled', what: 'This was cancelled.' }, { cause: thrown })
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    const trouble = fileTrouble(errorCode(thrown))
    if (trouble !== null)
      return new Problem({ ...ownFile(trouble), detail: message }, { cause: thrown })
    return new Problem(
      {
        code: 'internal',
        what: 'Pallet met an error it does not know.',
        did: 'It stopped here; what was finished before is kept.',
        advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
        detail: withoutSecrets(message),
      },
      { cause: thrown },
    )
  }
}

/** What is the matter with a file of Pallet's own: those of others are told by whoever reads them. */
function ownFile(trouble: FileTrouble): Pick<ProblemData, 'code' | 'what' | 'did' | 'advice'> {
  switch (trouble) {
    case 'full':
      return {
        code: 'disk-full',
        what: 'The disk that holds Pallet’s data takes nothing more.',
        did: 'Pallet stopped there; what was finished before is kept.',
        advice: 'Make room on that disk; a run then goes on where it was.',
      }
    case 'damaged':
      return {
        code: 'home-unusable',
        what: 'Pallet’s list of runs, the file pallet.db in its data folder, is damaged.',
        did: 'Pallet stopped there. What was uploaded and loaded is not touched.',
        advice: 'Restore that file from a backup, or choose another folder with --home.',
      }
    case 'missing':
    case 'folder':
    case 'forbidden':
    case 'busy':
    case 'failing':
      return {
        code: 'home-unusable',
        what: 'Pallet cannot work with a file in its data folder any more.',
        did: 'It stopped there; what was finished before is kept.',
        advice:
          'Check that the folder is still there, that its disk is in order and that you may write to it; then try again.',
      }
  }
}

/**
 * Text of others, with what looks like a credential cut out: messages of libraries sometimes
 * quote the address or the connection string that they could not use.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(
      /\b(sig|AccountKey|SharedAccessSignature|client_secret|password|pwd|secret|token)=[^&;\s"'\\]+/gi,
      '$1=…',
    )
    .replace(/\b(Bearer|SharedKey(?:Lite)?)\s+[^\s"'\\]+/g, '$1 …')
    .replace(/:\/\/[^\s/@"'\\]+@/g, '://…@')
}

/** The whole problem in one line, as the command line prints it. */
export function sentence(data: ProblemData): string {
  const text = [data.what, data.did, data.advice].filter((part) => part !== '').join(' ')
  return data.detail === '' ? text : `${text} (${data.detail})`
}
