import type { Command } from 'commander'
import type { StreamRecord } from '../../../shared/domain/streams/stream.ts'
import { wholeNumber } from '../grammar.ts'
import { heard } from '../heard.ts'
import type { InSession, Session } from '../session.ts'
import { parseSince } from '../since.ts'

interface TailOptions {
  connection: string
  from?: string
  count?: number
  containing?: string
}

export function addTail(pallet: Command, inSession: InSession): void {
  pallet
    .command('tail')
    .description('the records of a topic as they come, until Ctrl-C')
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .option(
      '--from <when>',
      '“begin”, a span such as 2h, or a time (default: what comes from now on)',
    )
    .option('--count <number>', 'end behind so many', wholeNumber(1, 1_000_000_000))
    .option('--containing <text>', 'only records with this in their key or value')
    .action((topic: string, options: TailOptions) =>
      inSession((session) => tailCommand(session, topic, options)),
    )
}

async function tailCommand(
  { core, output, signal, unheard }: Session,
  topic: string,
  { connection, from, ...ends }: TailOptions,
): Promise<void> {
  const { count, containing } = { count: null, containing: null, ...ends }
  const start =
    from === undefined ? 'end' : from === 'begin' ? 'begin' : parseSince(from, new Date())
  const over = AbortSignal.any([signal, unheard])
  const records = await core.streams.tail({ connection, topic, start, count, containing }, over)
  try {
    await heard(records, (taken) => {
      for (const record of taken) output.text(asLine(record), { event: 'record', ...record })
    })
  } catch (error) {
    // Ctrl-C is how a tail ends, and `| head`.
    if (!over.aborted) throw error
  }
}

/** `1:4711 2026-11-20T18:30:00.000Z store-007 {"id":…}` */
function asLine({ partition, offset, at, key, value }: StreamRecord): string {
  return `${partition}:${offset} ${at} ${key ?? '(no key)'} ${value ?? '(no value)'}`
}
