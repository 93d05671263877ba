import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ResetTo, movedBy, resetWords } from '../../../shared/domain/streams/groupReset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { lagOfAll } from '../../../shared/domain/streams/stream.ts'
import { formatCount, formatDuration } from '../../../shared/domain/sizes.ts'
import type { InSession, Session } from '../session.ts'
import { parseSince } from '../since.ts'

interface GroupsOptions {
  connection: string
  move?: string
  to?: ResetTo
  apply?: boolean
}

export function addGroups(pallet: Command, inSession: InSession): void {
  pallet
    .command('groups')
    .description('who reads a topic, and how far each is; or where one of them goes on')
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .option('--move <group>', 'say what it would mean that this group goes on elsewhere')
    .addOption(
      new Option(
        '--to <where>',
        'with --move: “begin”, “end”, a span such as 2h, a time, or PARTITION:OFFSET',
      ).argParser(place),
    )
    .option('--apply', 'with --move: and do it; it must have no members')
    .action((topic: string, options: GroupsOptions) =>
      inSession((session) =>
        options.move === undefined
          ? listCommand(session, topic, options)
          : moveCommand(session, topic, options.move, options),
      ),
    )
}

function place(text: string): ResetTo {
  if (text === 'begin' || text === 'end') return text
  const [, partition, offset] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? []
  if (partition !== undefined && offset !== undefined)
    return { partition: Number(partition), offset: Number(offset) }
  try {
    return parseSince(text, new Date())
  } catch {
    throw new InvalidArgumentError(
      '“begin”, “end”, a span, a time or PARTITION:OFFSET is expected.',
    )
  }
}

const count = (number: number | null): string => (number === null ? 'unknown' : formatCount(number))

async function listCommand(
  { core, output, signal }: Session,
  topic: string,
  { connection }: GroupsOptions,
): Promise<void> {
  const groups = await core.streams.groups({ connection, topic }, signal)
  const now = Date.now()
  const all = groups.map((group) => ({ ...group, ...lagOfAll(group.partitions, now) }))
  output.table(
    ['group', 'state', 'records behind', 'the oldest for'],
    all.map(({ name, state, records, seconds }) => [
      name,
      state,
      count(records),
      seconds === null ? 'unknown' : formatDuration(seconds * 1000),
    ]),
    all.map((group) => ({ event: 'group', ...group })),
  )
  output.note(
    `Pallet lands as none of them: it goes on where its table says (“pallet lag ${topic}”), whatever is moved or deleted here.`,
  )
}

async function moveCommand(
  { core, output, signal }: Session,
  topic: string,
  group: string,
  { connection, to, apply }: GroupsOptions,
): Promise<void> {
  if (to === undefined)
    throw new Problem({
      code: 'usage',
      what: 'It is not said where the group shall go on.',
      did: 'Nothing was moved.',
      advice: 'Say it with --to.',
    })
  const plan = await core.streams.resetPlan({ connection, topic, group, to }, signal)
  output.table(
    ['partition', 'begins at', 'ends at', 'reads next', 'then reads next', 'again', 'left out'],
    plan.partitions.map((one) => {
      const { again, skipped } = movedBy(one)
      const numbers = [one.from, one.to, one.now, one.next, again, skipped]
      return [String(one.partition), ...numbers.map(count)]
    }),
    plan.partitions.map((one) => ({ event: 'move', group, ...one, ...movedBy(one) })),
  )
  output.note(resetWords(plan))
  if (apply !== true) {
    output.note(`Nothing was moved (${group} is ${plan.state}); --apply does it.`)
    return
  }
  const offsets = plan.partitions.map(({ partition, next }) => ({ partition, next }))
  await core.streams.resetGroup({ connection, topic, group, offsets }, signal)
  output.text(`${group} goes on from there.`, { event: 'moved', group, topic, offsets })
}
