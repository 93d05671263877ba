import {
  type BoardAnswer,
  type InsightFilter,
  type Picture,
  daysFrom,
  movedDay,
} from '../../shared/domain/warehouse/insights.ts'
import { localDay, localTime } from '../../shared/domain/localTime.ts'
import { formatBytes, formatDuration } from '../../shared/domain/sizes.ts'
import type { DayOfRuns, RunRepository } from './ports/store.ts'
import type { Watching } from './arriving/watching.ts'

export interface QualityParts {
  runs: Pick<RunRepository, 'quality'>
  watches: Pick<Watching, 'list'>
  now: () => Date
}

/** How good the files were that came, from what Pallet keeps of their runs. */
export function quality(
  { runs, watches, now }: QualityParts,
  { range }: InsightFilter,
): BoardAnswer {
  const today = localDay(now())
  const [from, to] =
    range === 'all'
      ? [runs.quality(today, today).firstDay ?? today, today]
      : 'days' in range
        ? [movedDay(today, 1 - range.days), today]
        : [range.first, range.last]
  const { days, last, firstDay } = runs.quality(from, to)
  const board = 'quality'
  if (firstDay === null) return { board, period: null, ends: null, pictures: [] }
  const late = new Map(
    watches
      .list()
      .filter((watch) => watch.late !== null)
      .map((watch) => [watch.dataset, watch.late]),
  )
  const deliveredAt = new Map(last.map(({ dataset, at }) => [dataset, at]))
  const byDay = Map.groupBy(days, ({ day }) => day)
  const datasets = [...new Set([...last, ...days].map(({ dataset }) => dataset))].toSorted()
  return {
    board,
    period: { first: from, last: to },
    ends: { first: firstDay, last: today },
    pictures: [
      picture(
        'totals',
        'In all',
        'Files whose runs ended in these days. Held back: when the file was read; what was fixed and delivered since is beside it.',
        [
          'files',
          'failed',
          'rows',
          'held back',
          'held back %',
          'come home',
          'not sent again',
          'time saved',
        ],
        [rowOf(days)],
      ),
      picture(
        'held',
        'Rows held back',
        'Of a hundred rows that were read on a day. A gap: no file came.',
        ['day', 'held back %', 'rows', 'held back'],
        Array.from({ length: Math.min(daysFrom(from, to), mostDays) }, (_, nth) =>
          movedDay(to, 1 - Math.min(daysFrom(from, to), mostDays) + nth),
        ).map((day) => {
          const runsOf = byDay.get(day) ?? []
          const { read, held } = sums(runsOf)
          return [day, percent(held, read), text(read), text(held)]
        }),
      ),
      picture(
        'datasets',
        'By dataset',
        'Changed: files that were not as the one before, in columns, amounts or values. Time saved: what was not sent again, at the pace of its line when it was last measured.',
        [
          'dataset',
          'last delivered',
          'late since',
          'files',
          'failed',
          'undone',
          'rows',
          'held back %',
          'changed',
          'not sent again',
          'time saved',
        ],
        datasets.map((dataset) => {
          const own = days.filter((one) => one.dataset === dataset)
          const { files, failed, undone, read, held, drifted, unsent, msSaved } = sums(own)
          const at = deliveredAt.get(dataset)
          return [
            dataset,
            at === undefined ? null : localTime(at),
            late.get(dataset) ?? null,
            text(files),
            text(failed),
            text(undone),
            text(read),
            percent(held, read),
            text(drifted),
            unsent === null ? null : formatBytes(unsent),
            msSaved === null ? null : formatDuration(msSaved),
          ]
        }),
      ),
    ],
  }
}

/** Days that are drawn; of a longer time the last of them. */
const mostDays = 400

function rowOf(days: readonly DayOfRuns[]): (string | null)[] {
  const { files, failed, read, held, home, unsent, msSaved } = sums(days)
  return [
    text(files),
    text(failed),
    text(read),
    text(held),
    percent(held, read),
    text(home),
    unsent === null ? null : formatBytes(unsent),
    msSaved === null ? null : formatDuration(msSaved),
  ]
}

function sums(days: readonly DayOfRuns[]) {
  const known = (of: (day: DayOfRuns) => number | null): number | null => {
    const values = days.map(of).filter((value) => value !== null)
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
  }
  const count = (of: (day: DayOfRuns) => number): number =>
    days.reduce((sum, day) => sum + of(day), 0)
  return {
    files: count((day) => day.files),
    failed: count((day) => day.failed),
    undone: count((day) => day.undone),
    drifted: count((day) => day.drifted),
    read: known((day) => day.read),
    held: known((day) => day.held),
    home: known((day) => day.home),
    unsent: known(({ bytes, bytesSent }) =>
      bytes === null || bytesSent === null ? null : bytes - bytesSent,
    ),
    msSaved: known((day) => day.msSaved),
  }
}

const text = (count: number | null): string | null => (count === null ? null : String(count))

/** Of a hundred; null: there was nothing. */
function percent(part: number | null, all: number | null): string | null {
  return part === null || all === null || all === 0 ? null : ((part * 100) / all).toFixed(2)
}

function picture(
  id: string,
  title: string,
  note: string,
  columns: string[],
  rows: (string | null)[][],
): Picture {
  return { id, title, note, columns, rows, sql: null, lacks: [] }
}
