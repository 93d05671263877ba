/** What becomes of the columns of a file whose header is not as its dataset knows it. */
import { z } from 'zod'
import { formatCount, plural } from '../sizes.ts'

const label = z.string().min(1)
const labels = z.array(label).max(20_000)

export const HeaderMap = z.object({
  /** By label in the file: the label by which the dataset knows the column. */
  renamed: z.record(label, label),
  /** Labels in the file that are left out. */
  ignored: labels,
  /** Labels of the dataset whose column is not in the file: their cells are empty. */
  gone: labels,
  /** Labels in the file that the dataset takes up as new columns. */
  kept: labels,
})
export type HeaderMap = z.infer<typeof HeaderMap>
export const asItIs: HeaderMap = { renamed: {}, ignored: [], gone: [], kept: [] }

export function changesNothing({ renamed, ignored, gone, kept }: HeaderMap): boolean {
  return Object.keys(renamed).length + ignored.length + gone.length + kept.length === 0
}

/** What nobody has decided yet of a header. */
export const HeaderChange = z.object({
  /** Labels that the dataset expects, each with the new one that is most like it; `share` (0–1): how much their values are. */
  missing: z.array(
    z.object({
      label,
      likely: z.object({ label, share: z.number().nullable() }).nullable(),
    }),
  ),
  /** Labels that it does not know, in file order. */
  added: labels,
  /** How many of the labels that the dataset expects the file has. Absent: asked before that was counted. */
  found: z.number().int().min(0).optional(),
})
export type HeaderChange = z.infer<typeof HeaderChange>

/** That it is hardly a file of the dataset, as a sentence; null: most of its columns are there, or another one is like them. */
export function strangerSentence({ missing, found }: HeaderChange): string | null {
  const lacking = missing.filter(({ likely }) => likely === null).length
  if (found === undefined || lacking * 2 <= found + missing.length) return null
  return `It is hardly a file of this dataset: of the ${plural(found + missing.length, 'column')} of its files it has ${found === 0 ? 'none' : formatCount(found)}.`
}

/** What it says by itself: columns that are alike are the same, others that are missing stay empty, and new ones are left out. */
export function proposedMap({ missing, added }: HeaderChange): HeaderMap {
  const renamed = Object.fromEntries(
    missing.flatMap((column) =>
      column.likely === null ? [] : [[column.likely.label, column.label]],
    ),
  )
  return {
    renamed,
    ignored: added.filter((one) => renamed[one] === undefined),
    gone: missing.flatMap((column) => (column.likely === null ? [column.label] : [])),
    kept: [],
  }
}

/** As a command is told it: `Anzahl=Menge`, `Rabatt=` (left out), `=Menge` (stays empty), `Filiale=Filiale` (taken up). */
export function mapTerms({ renamed, ignored, gone, kept }: HeaderMap): string[] {
  return [
    ...Object.entries(renamed).map(([from, to]) => `${from}=${to}`),
    ...ignored.map((one) => `${one}=`),
    ...gone.map((one) => `=${one}`),
    ...kept.map((one) => `${one}=${one}`),
  ]
}

/** What of a map is about columns that the change does not have. */
export function strangeIn({ missing, added }: HeaderChange, map: HeaderMap): HeaderMap {
  const isStrange = (one: string): boolean => !added.includes(one)
  const isThere = (one: string): boolean => missing.every((column) => column.label !== one)
  const renamed = Object.entries(map.renamed).filter(([from, to]) => isStrange(from) || isThere(to))
  return {
    renamed: Object.fromEntries(renamed),
    ignored: map.ignored.filter(isStrange),
    gone: map.gone.filter(isThere),
    kept: map.kept.filter(isStrange),
  }
}

/** As it proposes itself, but with the new columns taken up. */
export function withNewColumns(change: HeaderChange): HeaderMap {
  const map = proposedMap(change)
  return { ...map, ignored: [], kept: map.ignored }
}

/** The later one counts. */
export function mergedMaps(before: HeaderMap, after: HeaderMap): HeaderMap {
  const said = new Set([...Object.keys(after.renamed), ...after.ignored, ...after.kept])
  const filled = new Set(Object.values(after.renamed))
  const still = (list: readonly string[]): string[] => list.filter((one) => !said.has(one))
  const gone = new Set(after.gone)
  return {
    renamed: {
      ...Object.fromEntries(
        Object.entries(before.renamed).filter(([from, to]) => !said.has(from) && !gone.has(to)),
      ),
      ...after.renamed,
    },
    ignored: [...still(before.ignored), ...after.ignored],
    gone: [...new Set([...before.gone, ...after.gone])].filter((one) => !filled.has(one)),
    kept: [...still(before.kept), ...after.kept],
  }
}

/** What was found of it, as people read it. */
export function changeSentences({ missing, added }: HeaderChange): string[] {
  const taken = new Set(missing.flatMap(({ likely }) => likely?.label ?? []))
  return [
    ...missing.map(({ label: was, likely }) =>
      likely === null
        ? `“${was}” is missing, and no new column is like it.`
        : `“${was}” is missing; “${likely.label}” is new${alikeWords(likely.share)}.`,
    ),
    ...added.filter((one) => !taken.has(one)).map((one) => `“${one}” is new.`),
  ]
}

export function alikeWords(share: number | null): string {
  return share === null ? '' : ` and holds the same kind of values (${Math.floor(share * 100)} %)`
}

/** What is done with it, as people read it: `“Anzahl” is “Menge”, “Rabatt” stays empty`. */
export function mapWords({ renamed, ignored, gone, kept }: HeaderMap): string {
  return [
    ...Object.entries(renamed).map(([from, to]) => `“${from}” is “${to}”`),
    ...gone.map((one) => `“${one}” stays empty`),
    ...ignored.map((one) => `“${one}” is left out`),
    ...kept.map((one) => `“${one}” becomes a column of its own`),
  ].join(', ')
}
