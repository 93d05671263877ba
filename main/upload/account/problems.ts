import { Problem, type ProblemCode } from '../../../shared/domain/problem.ts'
import { formatDuration } from '../../../shared/domain/sizes.ts'
import { codeOf, RequestFailed, type Failure } from '../line/failure.ts'

/** What a request was about, for the sentences. Never with a secret. */
export interface Target {
  host: string
  /** '' where the address does not tell it: a domain of the company's own. */
  account: string
  /** '' when the request was about the whole account. */
  container: string
  /** '' when the request was about the container. */
  blob: string
  credential: Credential
}
export type Credential =
  | { kind: 'key' }
  | { kind: 'entra' }
  /** Instants of the SAS' `st` and `se`; null where it has none. */
  | { kind: 'sas'; startsAtMs: number | null; expiresAtMs: number | null }

/** Azure refuses signatures whose date is further off than this. */
const toleratedSkewMs = 15 * 60_000

export type ProblemWords = { code: ProblemCode; what: string; did?: string; advice?: string }

const kept = 'What was sent before is kept; Pallet continues from there.'
const paused = `The run waits. ${kept}`
const untouched = 'Nothing that was stored before was changed.'

/** Anything an upload room threw, as a Problem; aborts and Problems stay what they are. */
export function problemOf(thrown: unknown, target: Target, nowMs: number): unknown {
  if (!(thrown instanceof RequestFailed)) return thrown
  const { failure } = thrown
  const words = wordsOf(failure, target, nowMs)
  return new Problem({ ...words, detail: codeOf(failure) })
}

function wordsOf(failure: Failure, target: Target, nowMs: number): ProblemWords {
  const { host } = target
  switch (failure.kind) {
    case 'network':
      return {
        code: 'network',
        what: `${host} could not be reached.`,
        did: kept,
        advice:
          failure.code === 'ENOTFOUND'
            ? `Check the network connection of this computer, and the account name${named(target)} in the connection: nobody knows this address here.`
            : 'Check the network connection of this computer.',
      }
    case 'timeout':
      return {
        code: 'network',
        what: `${host} did not answer.`,
        did: kept,
        advice: 'Check the network connection; a firewall or proxy may hold the traffic back.',
      }
    case 'tls':
      return {
        code: 'network',
        what: `The certificate of ${host} is not trusted by this computer.`,
        did: 'Nothing was sent.',
        advice:
          'A company proxy may sit in between: ask IT to install its certificate on this computer; Pallet trusts what the system trusts. Then start Pallet again.',
      }
    case 'no-such-host':
      return accountMissing(target)
    case 'unknown':
      return {
        code: 'internal',
        what: `The upload to ${host} stopped at an error Pallet does not know.`,
        did: kept,
        advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
      }
    case 'answer':
      return answerWords(failure, target, nowMs)
  }
}

type Answer = Extract<Failure, { kind: 'answer' }>

function answerWords(answer: Answer, target: Target, nowMs: number): ProblemWords {
  const { host } = target
  const container = `Container "${target.container}" on ${host}`
  const blob = `Blob "${target.blob}" in container "${target.container}" on ${host}`
  switch (answer.code) {
    case 'ContainerNotFound':
      return containerMissing(target)
    // What Azurite says of an account that it does not have; Azure has no host for one.
    case 'ResourceNotFound':
      return accountMissing(target)
    case 'InvalidResourceName':
    case 'OutOfRangeInput':
    case 'InvalidUri':
      return {
        code: 'usage',
        what: `${host} does not accept the name "${[target.container, target.blob].filter((name) => name !== '').join('/')}".`,
        did: 'Nothing was sent.',
        advice:
          'Containers take 3 to 63 lower-case letters, digits and single hyphens; blob names up to 1,024 characters.',
      }
    case 'BlobAlreadyExists':
    case 'UnauthorizedBlobOverwrite':
      return createdMeanwhile(target)
    case 'ConditionNotMet':
    case 'TargetConditionNotMet':
      return blobChanged(target)
    case 'LeaseIdMissing':
    case 'LeaseAlreadyPresent':
    case 'LeaseIdMismatchWithBlobOperation':
      return blobLeased(target)
    case 'BlobImmutableDueToPolicy':
    case 'ContainerImmutableDueToPolicy':
      return blobImmutable(target)
    case 'BlobArchived':
    case 'BlobBeingRehydrated':
      return blobArchived(target)
    case 'InvalidBlobType':
    case 'ResourceTypeMismatch':
      return blobWrongType(target)
    case 'InvalidBlobOrBlock':
    case 'BlockCountExceedsLimit':
      return foreignBlocks(target)
    case 'Md5Mismatch':
      return {
        code: 'integrity',
        what: `What arrived at ${host} was not what was sent, several times in a row.`,
        did: 'The damaged blocks were refused; nothing was committed.',
        advice: 'Try another network; if it stays, have the memory of this computer tested.',
      }
    case 'InvalidBlockList':
      return {
        code: 'integrity',
        what: `${host} kept losing blocks of "${target.blob}" before they could be committed.`,
        did: `They were sent again three times. ${untouched}`,
        advice: 'Check that nothing else writes to the same blob, then retry.',
      }
    case 'InvalidHeaderValue':
      return {
        code: 'usage',
        what: `${host} does not understand the requests of this Pallet.`,
        did: 'Nothing was sent.',
        advice:
          'If it is an Azurite of your own, update it or start it with --skipApiVersionCheck.',
      }
    case 'InsufficientAccountPermissions':
    case 'AccountIsDisabled':
    case 'PublicAccessNotPermitted':
      return permissionDenied(target)
  }
  if (answer.status === 401 || answer.status === 403) return refused(answer, target, nowMs)
  if (answer.status === 407)
    return {
      code: 'network',
      what: `The network proxy on the way to ${host} asks for a password.`,
      did: kept,
      advice: 'Put the proxy user and password into HTTPS_PROXY, or ask IT for an exception.',
    }
  if (answer.status === 408 || answer.status === 429 || answer.status >= 500)
    return {
      code: 'server-busy',
      what: `${host} is too busy to take the data.`,
      did: kept,
      advice: 'Nothing to do now: Pallet tries again by itself.',
    }
  return {
    code: 'internal',
    what: `${target.container === '' ? host : target.blob === '' ? container : blob} refused a request of Pallet.`,
    did: untouched,
    advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
  }
}

/** 401 and 403 tell key, SAS, clock and rights apart only by code, expiry and date. */
function refused(answer: Answer, target: Target, nowMs: number): ProblemWords {
  const { credential, host } = target
  const serverMs = answer.serverTimeMs ?? nowMs
  const invalid = invalidSas(target, serverMs, 0)
  if (invalid !== null) return invalid
  if (!isUnauthenticated(answer)) return permissionDenied(target)
  const skewMs = Math.abs(serverMs - nowMs)
  if (credential.kind !== 'sas' && skewMs > toleratedSkewMs)
    return {
      code: 'clock-skew',
      what: `The clock of this computer shows ${instant(nowMs)}, the one of ${host} ${instant(serverMs)}: ${formatDuration(skewMs)} apart. Sign-in fails above 15 minutes.`,
      did: paused,
      advice: 'Set date, time and time zone of this computer, then resume.',
    }
  switch (credential.kind) {
    case 'key':
      return {
        code: 'credential-rejected',
        what: `${host} did not accept the key of the account${named(target)}.`,
        did: paused,
        advice:
          'Copy the key again from the Azure portal (Access keys) into the connection, and check that it is of this account.',
      }
    case 'sas':
      return {
        code: 'credential-rejected',
        what: `${host} did not accept the SAS.`,
        did: paused,
        advice: 'Copy the whole SAS URL again, or get a new one; it may have been revoked.',
      }
    case 'entra':
      return {
        code: 'credential-rejected',
        what: `${host} did not accept the sign-in.`,
        did: paused,
        advice: 'Sign in again, and check that the tenant is the one of the storage account.',
      }
  }
}

/** A SAS that has ended, or has not begun, by more than `toleranceMs`. */
function invalidSas(
  { host, credential }: Target,
  nowMs: number,
  toleranceMs: number,
): ProblemWords | null {
  if (credential.kind !== 'sas') return null
  const { startsAtMs, expiresAtMs } = credential
  if (expiresAtMs !== null && expiresAtMs + toleranceMs <= nowMs)
    return {
      code: 'credential-expired',
      what: `The SAS for ${host} expired on ${instant(expiresAtMs)}.`,
      did: paused,
      advice: 'Get a new SAS and put it into the connection.',
    }
  if (startsAtMs !== null && startsAtMs - toleranceMs > nowMs)
    return {
      code: 'credential-rejected',
      what: `The SAS for ${host} is not valid before ${instant(startsAtMs)}.`,
      did: paused,
      advice: 'Wait until then, or get a new SAS that starts earlier.',
    }
  return null
}

/**
 * Refuses a SAS that cannot be valid now, before anything is asked of the server. The server's clock is
 * the one that counts: what is close is left to its answer, and the sentence says what ours shows.
 */
export function refuseInvalidSas(target: Target, nowMs: number): void {
  const words = invalidSas(target, nowMs, toleratedSkewMs)
  if (words === null) return
  const clock = `The clock of this computer shows ${instant(nowMs)}; if that is wrong, set it.`
  throw new Problem({ ...words, advice: `${words.advice} ${clock}` })
}

function isUnauthenticated(answer: Answer): boolean {
  switch (answer.code) {
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
    case 'NoAuthenticationInformation':
      return true
    // Azure says so for its firewall; Azurite for a wrong signature.
    case 'AuthorizationFailure':
      return answer.server.startsWith('Azurite')
    case '':
      return answer.status === 401
    default:
      return false
  }
}

function permissionDenied(target: Target): ProblemWords {
  const place = target.container === '' ? '' : ` container "${target.container}" on`
  const needs: Record<Credential['kind'], string> = {
    key: 'The account may refuse keys or this network: ask its administrator about "Allow storage account key access" and the firewall.',
    sas: 'The SAS needs read, create and write permission (and list, to choose a container), for this address and network.',
    entra:
      'Ask for the role "Storage Blob Data Contributor" on it (it takes a few minutes to work), and whether its firewall lets this network in.',
  }
  return {
    code: 'permission-denied',
    what: `The credential is valid, but may not do this in${place} ${target.host}.`,
    did: `The run waits. ${kept}`,
    advice: needs[target.credential.kind],
  }
}

function accountMissing(target: Target): ProblemWords {
  return {
    code: 'account-missing',
    what: `There is no storage account${named(target)} at ${target.host}.`,
    did: 'Nothing was sent.',
    advice:
      'Correct the account name in the connection; the Azure portal lists yours under Storage accounts.',
  }
}

function named({ account }: Target): string {
  return account === '' ? '' : ` “${account}”`
}

export function containerMissing(target: Target): ProblemWords {
  return {
    code: 'container-missing',
    what: `There is no container "${target.container}" on ${target.host}.`,
    did: 'Nothing was sent.',
    advice: 'Create it, or choose another.',
  }
}

export function createdMeanwhile(target: Target): ProblemWords {
  return {
    code: 'blob-conflict',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} was written by somebody else while this upload ran.`,
    did: untouched,
    advice: 'Look at it, then send again under another name, or retry to replace it.',
  }
}

export function blobChanged(target: Target): ProblemWords {
  return {
    code: 'blob-changed',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} was replaced or deleted by somebody else while this upload ran.`,
    did: 'Pallet left it as they wrote it.',
    advice: 'Look at it, then retry to replace it, or send under another name.',
  }
}

/** It was verified, and is to be fetched back. */
export function blobWritten(target: Target): ProblemWords {
  return {
    code: 'blob-changed',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} was replaced or deleted by somebody else after Pallet had verified it, and the cleaned file on this computer is gone.`,
    did: 'Pallet loads nothing that it has not written; the table is as it was.',
    advice: 'Send the file again.',
  }
}

export function blobLeased(target: Target): ProblemWords {
  return {
    code: 'blob-leased',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} is locked by somebody else's lease.`,
    did: untouched,
    advice: 'Pallet tries again by itself; the holder can end the lease in the Azure portal.',
  }
}

export function blobImmutable(target: Target): ProblemWords {
  return {
    code: 'blob-immutable',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} is protected against change by a policy or legal hold.`,
    did: untouched,
    advice: 'Send under another name.',
  }
}

export function blobArchived(target: Target): ProblemWords {
  return {
    code: 'blob-immutable',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} is archived and cannot be replaced.`,
    did: untouched,
    advice: 'Send under another name, or bring the blob back from the archive tier first.',
  }
}

export function blobExists(target: Target): ProblemWords {
  return {
    code: 'blob-conflict',
    what: `Blob "${target.blob}" is already in container "${target.container}" on ${target.host}.`,
    did: untouched,
    advice: 'Send under another name, or allow it to be replaced.',
  }
}

export function foreignBlocks(target: Target): ProblemWords {
  return {
    code: 'blob-foreign-blocks',
    what: `Blob "${target.blob}" in container "${target.container}" on ${target.host} has unfinished blocks of another program, which do not mix with Pallet's.`,
    did: untouched,
    advice:
      'Finish or discard the other upload, choose another blob name, or have those blocks dropped: “Drop unfinished blocks” in the window, --clear-unfinished of “pallet upload”; a blob that is there stays as it is. They vanish by themselves a week after the last one.',
  }
}

export function foreignBlocksStay(target: Target): ProblemWords {
  return {
    ...foreignBlocks(target),
    advice:
      'They cannot be dropped without harm to the blob that is there: finish or discard the other upload, choose another blob name, or wait; they vanish by themselves a week after the last one.',
  }
}

export function blobWrongType(target: Target): ProblemWords {
  return {
    code: 'blob-wrong-type',
    what: `"${target.blob}" in container "${target.container}" on ${target.host} exists and is no block blob.`,
    did: untouched,
    advice: 'Send under another name.',
  }
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
