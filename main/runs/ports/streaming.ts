import type { ResetOffsets, ResetTo } from '../../../shared/domain/streams/groupReset.ts'
import type { OffsetRange, StreamRecord, TailStart } from '../../../shared/domain/streams/stream.ts'
import type { Published } from '../../../shared/domain/streams/topic.ts'
import type { Control } from './control.ts'

/** How to reach the brokers: secrets included, so it lives in memory only. */
export interface StreamAccess {
  connection: string
  /** Each `HOST:PORT`. */
  brokers: readonly string[]
  /** null: nothing is encrypted. */
  tls: StreamTls | null
  signIn: StreamSignIn | null
  /** Nothing may be written by it. */
  readOnly: boolean
}

export interface StreamTls {
  /** PEM: whose certificates are trusted, and no others; null: whose this computer trusts. */
  ca: string | null
  /** By which Pallet shows who it is, in PEM; null: it shows none. */
  own: { certificate: string; key: string; passphrase: string | null } | null
}

export type StreamSignIn =
  | { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; user: string; password: string }
  | {
      mechanism: 'OAUTHBEARER'
      client: { client: string; secret: string; tokenAddress: string; scope?: string | undefined }
      /** What the brokers are told besides the token (RFC 7628). */
      extensions: Readonly<Record<string, string>>
    }

export interface TopicInput {
  stream: StreamAccess
  topic: string
}

export interface TailInput extends TopicInput {
  start: TailStart
  /** Ends behind so many records; null: it goes on until it is stopped. */
  count: number | null
  /** Only records whose key or value have this in them. */
  containing: string | null
}

/** Asked after each report, so that no more is read than is wanted. */
export interface TailAnswers {
  more: null
}

export type TailControl = Control<readonly StreamRecord[], TailAnswers>

export interface TakeBatchInput extends TopicInput {
  /** Refused where the topic is another one by now. */
  topicId: string
  ranges: readonly OffsetRange[]
  /** The spool file to write: a record a line. */
  target: string
}

export interface CutBatchInput extends TopicInput {
  ranges: readonly OffsetRange[]
  /** Of keys and values, at most; one record alone may have more. */
  bytes: number
}

export interface TopicNowInput extends TopicInput {
  /** Of these partitions it is told how long the first record from there has been waiting. */
  landed: ReadonlyMap<number, number>
}

export interface TopicNow {
  topicId: string
  partitions: readonly (OffsetRange & {
    /** When the first record that is not landed was written (UTC, ISO 8601); null: there is none, or nobody knows. */
    waitingSince: string | null
  })[]
}

export interface TopicsInput {
  stream: StreamAccess
}

/** A topic with the offsets that are there. */
export interface TopicOffsets {
  name: string
  partitions: readonly OffsetRange[]
}

export interface PublishInput extends TopicInput {
  /** Goes with every message, so that it is known again. */
  run: string
  /** A message a line: its key, or null, and its value, as texts of a JSON object; or, as `takeHeld` writes them, in Base64. */
  file: string
  /** What was published before; null: nothing was ever sent. */
  before: readonly Published[] | null
  /** Messages, at most; absent: as fast as the brokers take them. */
  perSecond?: number | undefined
}

export interface PublishReport {
  messages: number
  published: readonly Published[]
}

/** Asked after a report whose `published` must be kept before more is sent. */
export interface PublishAnswers {
  kept: null
}

export type PublishControl = Control<PublishReport, PublishAnswers>

/** Where a record lies. */
export interface Place {
  partition: number
  offset: number
}

export interface TakeHeldInput extends TopicInput {
  topicId: string
  places: readonly Place[]
  /** Written: the records a line each, as `takeBatch` writes them. */
  lines: string
  /** Written: the same as messages that `publish` takes, to their partitions, in the same order. */
  messages: string
}

export interface TakeHeldOutput {
  /** Of those that are there, in the order of the files: which, and how often Pallet has sent it again. */
  taken: readonly (Place & { attempts: number })[]
}

export interface ProduceInput extends TopicInput {
  key: string | null
  value: string | null
  headers: Readonly<Record<string, string>>
}

export interface ResetPlanInput extends TopicInput {
  group: string
  to: ResetTo
}

export interface ResetGroupInput extends TopicInput {
  group: string
  offsets: ResetOffsets
}

export interface SimulateInput extends TopicInput {
  /** Sales in all; null: until it is stopped. */
  count: number | null
  /** null: as fast as the brokers take them. */
  ratePerSecond: number | null
  stores: number
  /** The share (0–1) that has something wrong with it. */
  defects: number
  seed: number
  /** Absolute path of a file to be written: what was sent, one JSON object a line. */
  truth: string | null
}

export interface SimulateOutput {
  sent: number
  /** Of these, with something wrong. */
  defects: number
}

export interface SimulateReport {
  sent: number
}
