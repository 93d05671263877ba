/** What is said of a file above its table, and aloud. */
import type { Check } from '../../../shared/domain/files/check.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { formatBytes, formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { useFileRows } from './useFileRows.ts'

/** `9 columns · 50,000 rows · 4.2 MB · 12 rows would be held back` */
export function captionOf(
  preview: Preview,
  checked: Check | null,
  {
    look,
    filters,
    source,
    isLooking,
  }: Pick<ReturnType<typeof useFileRows>, 'look' | 'filters' | 'source' | 'isLooking'>,
): string {
  const { state } = look
  const head = preview.rows.length + preview.broken.length
  const isExact = preview.estimatedRecords <= head
  const about = isExact
    ? plural(head, 'row')
    : `about ${formatCount(roughly(preview.estimatedRecords))} rows`
  const total =
    state === null
      ? about
      : state.kind === 'whole'
        ? plural(state.rows, 'row')
        : `${about}, ${formatCount(state.rows)} read so far`
  // Of the whole file where that is known, else of what is shown.
  const held = checked?.held ?? (state?.kind === 'whole' ? state.broken : preview.broken.length)
  const of = checked === null && state?.kind !== 'whole' && !isExact ? ' of the first' : ''
  const broken = held === 0 ? '' : ` · ${plural(held, 'row')}${of} would be held back`
  const found =
    filters.length === 0
      ? ''
      : isLooking
        ? ' · looking …'
        : ` · ${plural(source.rows, 'row')} found`
  return `${plural(preview.columns.length, 'column')} · ${total} · ${formatBytes(preview.bytes)}${broken}${found}`
}

/** An estimate shown with two digits does not pretend to be a count. */
function roughly(count: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1)
  return Math.round(count / scale) * scale
}

/** The same in short, for the ear. */
export function summary(name: string, preview: Preview): string {
  const rows = preview.rows.length + preview.broken.length
  const many =
    preview.estimatedRecords <= rows
      ? plural(rows, 'row')
      : `about ${formatCount(roughly(preview.estimatedRecords))} rows`
  return `${name}: ${plural(preview.columns.length, 'column')}, ${many}.`
}
