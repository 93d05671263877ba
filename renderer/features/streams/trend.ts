import { formatCount } from '../../../shared/domain/sizes.ts'

/** How what waits has changed while somebody looked. */
export interface Sample {
  atMs: number
  records: number
}

const mostSamples = 60
const samples = new Map<string, Sample[]>()

/** The samples of a name so far, oldest first. */
export const samplesOf = (name: string): readonly Sample[] => samples.get(name) ?? []

/** The same moment is noted once; what is unknown leaves no mark. */
export function note(
  name: string,
  { atMs, records }: { atMs: number; records: number | null },
): void {
  const before = samplesOf(name)
  if (records === null || before.at(-1)?.atMs === atMs) return
  samples.set(name, [...before, { atMs, records }].slice(-mostSamples))
}

/** `grows by 120 a minute`; '' while nobody can say. */
export function trendWords(all: readonly Sample[]): string {
  const [first] = all
  const last = all.at(-1)
  if (first === undefined || last === undefined || last.atMs === first.atMs) return ''
  const aMinute = Math.round(((last.records - first.records) * 60_000) / (last.atMs - first.atMs))
  if (aMinute === 0) return 'steady'
  const count = formatCount(Math.abs(aMinute))
  return aMinute > 0 ? `grows by ${count} a minute` : `shrinks by ${count} a minute`
}
