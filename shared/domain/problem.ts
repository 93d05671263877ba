import { z } from 'zod'

/**
 * Every way a run, a call or a command can go wrong. A code is stable: scripts, the
 * retry policy and the screens branch on it, people read the sentences instead.
 */
export const problemCodes = [
  // what the person gave us
  'usage',
  'not-found',
  'source-missing',
  'source-unreadable',
  'source-locked',
  'source-empty',
  'source-folder',
  'source-binary',
  'source-growing',
  'source-truncated',
  'url-not-found',
  'url-refused',
  'url-timeout',
  'url-length-lie',
  'dialect-unclear',
  'contract-mismatch',
  'limit-exceeded',
  // the other side
  'network',
  'credential-rejected',
  'credential-expired',
  'credential-missing',
  'permission-denied',
  'clock-skew',
  'container-missing',
  'account-missing',
  'blob-conflict',
  'blob-changed',
  'blob-immutable',
  'blob-leased',
  'blob-wrong-type',
  'blob-foreign-blocks',
  'server-busy',
  'integrity',
  'table-mismatch',
  'sql',
  // this computer
  'disk-full',
  'home-in-use',
  'home-newer',
  'home-unusable',
  'sandbox-failed',
  'account-unbalanced',
  'cancelled',
  'internal',
] as const

export const ProblemCode = z.enum(problemCodes)
export type ProblemCode = z.infer<typeof ProblemCode>

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
})
export type ProblemData = z.infer<typeof ProblemData>

/** Whether a run that met this problem waits and tries again by itself, waits for a person, or ends. */
export type Remedy = 'retry' | 'person' | 'end'

export function remedyOf(code: ProblemCode): Remedy {
  switch (code) {
    case 'network':
    case 'server-busy':
    case 'url-timeout':
    case 'blob-leased':
    case 'disk-full':
    case 'source-locked':
    case 'source-growing':
    case 'sandbox-failed':
      return 'retry'
    case 'credential-rejected':
    case 'credential-expired':
    case 'credential-missing':
    case 'permission-denied':
    case 'clock-skew':
      return 'person'
    default:
      return 'end'
  }
}

/**
 * Which other runs a problem with a credential stops, too: all of the connection, or those into the same
 * container, for a SAS or a role may open one and not the other. null: it is no such problem.
 */
export function reachOf(code: ProblemCode): 'connection' | 'container' | null {
  switch (code) {
    case 'credential-rejected':
    case 'credential-expired':
    case 'credential-missing':
    case 'clock-skew':
      return 'connection'
    case 'permission-denied':
      return 'container'
    default:
      return null
  }
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

  /** Anything thrown, as a Problem: ours as it is, an abort as `cancelled`, the rest as `internal`. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown
    const name = thrown instanceof Error ? thrown.name : ''
    if (name === 'AbortError')
      return new Problem({ code: 'cancelled', what: 'This was cancelled.' }, { cause: thrown })
    const message = thrown instanceof Error ? thrown.message : String(thrown)
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
