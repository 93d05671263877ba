import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Expected, weekdays } from '../../../shared/domain/arriving/expected.ts'
import { localTime, ownZone } from '../../../shared/domain/localTime.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { Schedule, When, scheduleWords } from '../../../shared/domain/arriving/schedule.ts'
import { dayList, time, wholeNumber, zone } from '../grammar.ts'
import type { InSession } from '../session.ts'

interface ScheduleOptions {
  at?: string
  days?: Expected['days']
  every?: number
  minute?: number
  cron?: string
  zone: string
  missed: Schedule['missed']
}

export function addSchedule(pallet: Command, inSession: InSession): void {
  const schedule = pallet
    .command('schedule')
    .description('when a dataset is fetched by itself; “extract list” says it')
    .addHelpText(
      'after',
      `
Examples:
  pallet schedule set orders --at 06:00                      every day at six
  pallet schedule set orders --at 06:00 --days Mon,Tue,Wed   … on these days
  pallet schedule set orders --every 4 --minute 10           every four hours, ten past
  pallet schedule set orders --cron "*/15 8-20 * * 1-6"      for those who know cron

It is fetched while the app or “pallet serve” runs, and by “pallet due”; never while a fetch of it is on its way.`,
    )
  schedule
    .command('set')
    .argument('<dataset>')
    .description('fetch a dataset by itself; it was fetched by hand before')
    .option('--at <hh:mm>', 'at this time of the day', time)
    .option('--days <days>', 'on which days: Mon,Tue,Fri (default: every day)', dayList)
    .option('--every <hours>', 'every 1, 2, 3, 4, 6, 8 or 12 hours, from midnight on', hours)
    .option('--minute <minute>', '… at this minute (default: 0)', wholeNumber(0, 59))
    .option('--cron <expression>', 'five parts: minute hour day month weekday', cron)
    .addOption(
      new Option('--zone <zone>', 'whose clock is meant').argParser(zone).default(ownZone()),
    )
    .addOption(
      new Option('--missed <what>', 'what becomes of times at which Pallet did not run')
        .choices(Schedule.shape.missed.options)
        .default('once'),
    )
    .action((dataset: string, options: ScheduleOptions) =>
      inSession(async ({ core, output }) => {
        const chosen = { when: chosenWhen(options), zone: options.zone, missed: options.missed }
        await core.schedules.change(dataset, chosen)
        const next = (await core.schedules.list()).find((one) => one.dataset === dataset)?.nextAt
        output.text(
          `${dataset} is fetched ${scheduleWords(chosen)}${next == null ? '' : `; next ${localTime(next)}`}.`,
          { event: 'schedule', dataset, ...chosen, nextAt: next ?? null },
        )
      }),
    )
  schedule
    .command('remove')
    .argument('<dataset>')
    .description('fetch a dataset only when somebody says so')
    .action((dataset: string) =>
      inSession(async ({ core, output }) => {
        await core.schedules.change(dataset, null)
        output.text(`${dataset} is fetched only when somebody says so.`, {
          event: 'schedule',
          dataset,
          removed: true,
        })
      }),
    )
}

function chosenWhen({ at, days, every, minute, cron: expression }: ScheduleOptions): When {
  const ways = [at, every, expression].filter((way) => way !== undefined)
  const isMisplaced =
    (days !== undefined && at === undefined) || (minute !== undefined && every === undefined)
  if (ways.length !== 1 || isMisplaced)
    throw new Problem({
      code: 'usage',
      what: 'When it is fetched is said by one of --at, --every and --cron; --days belongs to --at, --minute to --every.',
      did: 'Nothing was changed.',
      advice: 'For example: --at 06:00 --days Mon,Tue,Wed,Thu,Fri.',
    })
  if (at !== undefined) return { kind: 'days', at, days: days ?? [...weekdays] }
  return When.parse(
    expression === undefined
      ? { kind: 'hours', every, minute: minute ?? 0 }
      : { kind: 'cron', expression },
  )
}

function hours(text: string): number {
  const parsed = When.options[1].shape.every.safeParse(Number(text))
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('1, 2, 3, 4, 6, 8 or 12 is expected, for a day has 24 hours.')
}

function cron(text: string): string {
  if (When.safeParse({ kind: 'cron', expression: text }).success) return text
  throw new InvalidArgumentError(
    'Five parts of a time that comes are expected, such as "0 6 * * 1-5".',
  )
}
