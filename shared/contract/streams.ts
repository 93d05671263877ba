/** Topics: what is in them, and what is written to them. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ConnectionName } from '../domain/connection.ts'
import { ResetOffsets, ResetPlan, ResetTo } from '../domain/streams/groupReset.ts'
import { DeadLetters, RedrivePlan, Redriven } from '../domain/streams/redrive.ts'
import { ChosenDestination } from '../domain/datasets/dataset.ts'
import {
  BatchBytes,
  GroupView,
  Stream,
  StreamInput,
  StreamRecord,
  TailStart,
  TopicLag,
  TopicView,
} from '../domain/streams/stream.ts'
import { TopicName } from '../domain/streams/topic.ts'
import { call, nothing } from './call.ts'

const StreamId = z.object({ id: z.number() })

const Topic = z.object({ connection: ConnectionName, topic: TopicName })

const Group = Topic.extend({ group: z.string().min(1).max(249) })

const Landing = Topic.extend({
  dataset: z.string().min(1).max(63),
  destination: ChosenDestination,
})

export const streams = {
  /** The run of the next batch of a topic; null: all of it is landed. */
  land: call
    .input(
      Landing.extend({
        offsets: z.int().min(1).max(1_000_000),
        bytes: BatchBytes,
        /** Of a topic of which nothing is landed yet. */
        start: z.enum(['begin', 'end']),
        acceptLoss: z.boolean(),
      }),
    )
    .output(z.object({ runId: z.string().nullable() })),
  /** How far a topic is landed, by partition. */
  lag: call.input(Landing).output(TopicLag),
  /** The topics of a connection, each with how far it is landed. */
  topics: call.input(z.object({ connection: ConnectionName })).output(z.array(TopicView)),
  /** Whoever reads a topic together, and how far they are. */
  groups: call.input(Topic).output(z.array(GroupView)),
  /** Writes one record; answers where it lies. */
  produce: call
    .input(
      Topic.extend({
        key: z.string().max(32_768).nullable(),
        value: z.string().max(8_000_000).nullable(),
        headers: z.record(z.string().min(1).max(249), z.string().max(32_768)),
        /** By whose steps and rules it is checked before; null: it is written as it is. */
        dataset: z.string().min(1).max(63).nullable(),
      }),
    )
    .output(z.object({ partition: z.number(), offset: z.number() })),
  /** What moving a group would mean, by partition. */
  resetPlan: call.input(Group.extend({ to: ResetTo })).output(ResetPlan),
  /** Moves a group that has no members. */
  resetGroup: call.input(Group.extend({ offsets: ResetOffsets })).output(nothing),
  /** The batches of a topic of which records are held back, the newest first. */
  deadLetters: call.input(Topic).output(z.array(DeadLetters)),
  /** What sending the held-back records of a batch again would do. */
  redrivePlan: call.input(z.object({ runId: z.string() })).output(RedrivePlan),
  /** Sends those into their topic again that would be taken now. */
  redrive: call
    .input(
      z.object({
        runId: z.string(),
        /** The first so many; null: all. */
        most: z.int().min(1).max(1_000_000).nullable(),
      }),
    )
    .output(Redriven),
  /** Topics that are landed batch after batch while Pallet is open. */
  list: call.output(z.array(Stream).max(1000)),
  /** Begins one, or goes on with one that was stopped, with what is said now. */
  start: call.input(StreamInput).output(Stream),
  stop: call.input(StreamId).output(nothing),
  /** Of one that is stopped: its rows and runs stay as they are. */
  remove: call.input(StreamId).output(nothing),
  /** The records of a topic as they come; ends with how many it has told. */
  tail: call
    .input(
      Topic.extend({
        start: TailStart,
        count: z.int().min(1).nullable(),
        containing: z.string().min(1).max(1000).nullable(),
      }),
    )
    .output(eventIterator(z.array(StreamRecord), z.number())),
  /** Writes sales to a topic, as tills would, until there are so many or it is stopped. */
  simulate: call
    .input(
      Topic.extend({
        count: z.int().min(1).nullable(),
        ratePerSecond: z.number().positive().max(1_000_000).nullable(),
        stores: z.int().min(1).max(10_000),
        /** The share that has something wrong with it. */
        defects: z.number().min(0).max(1),
        seed: z.int().min(0).max(1_000_000),
        /** Absolute path on this computer. */
        truth: z.string().min(1).max(4096).nullable(),
      }),
    )
    .output(
      eventIterator(
        z.object({ sent: z.number() }),
        z.object({ sent: z.number(), defects: z.number() }),
      ),
    ),
}
