/** Matches the labels of a file with those that its dataset expects: by label, by what was decided before, and by what is in the columns. */
import { plainName } from './columnNames.ts'
import { type ColumnPrint, likeness } from './columnPrint.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { type HeaderChange, type HeaderMap, asItIs, mergedMaps } from './headerMap.ts'
import { isLineage } from './lineage.ts'
import { type Recipe, type RecipeStep, withIds } from '../recipe/recipe.ts'
import { fitRecipe, folded, shapedLabels } from '../recipe/recipeFit.ts'

type Known = Pick<Dataset, 'contract' | 'recipe' | 'header' | 'lastFile'>

export interface ReadHeader {
  /** What is decided for this file. */
  map: HeaderMap
  /** What nobody has decided. */
  open: HeaderChange | null
  /** Whether the columns that the last file had, too, stand in another order. */
  isReordered: boolean
}

/** Columns that are less alike are not proposed as the same. */
const leastShare = 0.5

/** The labels that a file of the dataset has in its header, in file order; null: the recipe changes columns, and no file has been seen. */
export function expectedLabels({ contract, recipe, lastFile }: Known): string[] | null {
  if (contract === null) return null
  if (lastFile !== undefined) return lastFile.map(({ label }) => label)
  const labels = contract.columns.map(({ label }) => label)
  const { steps, fault } = fitRecipe(recipe, labels)
  const isSame = fault === null && shapedLabels(labels, steps).join('\0') === labels.join('\0')
  return isSame ? labels : null
}

/** `chosen`: by a person for this file; `prints`: of the file's columns. */
export function readHeader(
  dataset: Known | null,
  labels: readonly string[],
  chosen: HeaderMap | undefined,
  prints: readonly ColumnPrint[],
): ReadHeader {
  const expected = dataset === null ? null : expectedLabels(dataset)
  if (dataset === null || expected === null) return { map: asItIs, open: null, isReordered: false }
  const decided = mergedMaps(dataset.header ?? asItIs, chosen ?? asItIs)
  const found = new Map<string, string>()
  const free = new Set(labels)
  const take = (label: string, wanted: string): void => {
    found.set(wanted, label)
    free.delete(label)
  }
  for (const same of [(text: string) => text, folded, bare, plainName])
    for (const wanted of expected) {
      if (found.has(wanted)) continue
      const hits = [...free].filter((label) => same(label) !== '' && same(label) === same(wanted))
      if (hits.length === 1 && hits[0] !== undefined) take(hits[0], wanted)
    }
  for (const [from, to] of Object.entries(decided.renamed)) {
    const label = [...free].find((one) => folded(one) === folded(from))
    if (label !== undefined && expected.includes(to) && !found.has(to)) take(label, to)
  }
  const isOf = (list: readonly string[]) => (label: string) => list.includes(label)
  const kept = [...free].filter(isOf(decided.kept))
  const ignored = [...free].filter(isOf(decided.ignored))
  const added = [...free].filter((label) => !kept.includes(label) && !ignored.includes(label))
  const missing = expected.filter((wanted) => !found.has(wanted))
  const gone = missing.filter(isOf(decided.gone))
  const lost = missing.filter((wanted) => !gone.includes(wanted))
  const renamed = Object.fromEntries(
    [...found].flatMap(([wanted, label]) => (wanted === label ? [] : [[label, wanted]])),
  )
  const order = expected.flatMap((wanted) => labels.indexOf(found.get(wanted) ?? ''))
  const places = order.filter((place) => place >= 0)
  return {
    map: { renamed, ignored, gone, kept },
    open:
      lost.length + added.length === 0
        ? null
        : {
            missing: withLikely(lost, added, dataset.lastFile ?? [], prints),
            added,
            found: found.size,
          },
    isReordered: places.some((place, nth) => place < (places[nth - 1] ?? -1)),
  }
}

/** Without case, white space and the marks of letters; `plainName` writes some of them out. */
function bare(label: string): string {
  return folded(label).normalize('NFD').replace(/\p{M}/gu, '')
}

/** Each with the new label that is most like it, none of them twice. What tells where a record is from is like no column of data. */
function withLikely(
  lost: readonly string[],
  added: readonly string[],
  before: readonly ColumnPrint[],
  now: readonly ColumnPrint[],
): HeaderChange['missing'] {
  const isData = (label: string): boolean => !isLineage(label)
  const pairs = lost.filter(isData).flatMap((label) => {
    const one = before.find((print) => print.label === label)
    return added.filter(isData).flatMap((to) => {
      const other = now.find((print) => print.label === to)
      const share = one === undefined || other === undefined ? null : likeness(one, other)
      const words = sharedWords(label, to)
      const isLike = share === null ? words > 0 : share >= leastShare
      return isLike ? [{ label, to, share, rank: (share ?? leastShare) + words }] : []
    })
  })
  const likely = new Map<string, { label: string; share: number | null }>()
  const taken = new Set<string>()
  for (const { label, to, share } of pairs.toSorted((one, other) => other.rank - one.rank)) {
    if (likely.has(label) || taken.has(to)) continue
    likely.set(label, { label: to, share })
    taken.add(to)
  }
  return lost.map((label) => ({ label, likely: likely.get(label) ?? null }))
}

/** The share (0–1) of the words of two labels that both have. */
function sharedWords(one: string, other: string): number {
  const words = new Set(plainName(one).split('_'))
  const others = new Set(plainName(other).split('_'))
  const shared = [...words].filter((word) => word !== '' && others.has(word)).length
  return shared / Math.max(1, words.size, others.size)
}

/** Of what was decided for a file, what a later one cannot be known by without it. */
export function rememberedMap({ renamed, ...map }: HeaderMap): HeaderMap {
  const others = Object.entries(renamed).filter(
    ([from, to]) => bare(from) !== bare(to) && plainName(from) !== plainName(to),
  )
  return { ...map, renamed: Object.fromEntries(others), kept: [] }
}

/** The labels of a file as its dataset knows them. */
export function knownLabels(labels: readonly string[], map: HeaderMap | undefined): string[] {
  return labels.map((label) => map?.renamed[label] ?? label)
}

/** By label as the dataset knows it: how the file has those that are others there. */
export function writtenAs(labels: readonly string[], map: HeaderMap): Record<string, string> {
  return Object.fromEntries(
    labels.flatMap((label) => {
      const known = map.renamed[label] ?? label
      return known === label ? [] : [[known, label]]
    }),
  )
}

/**
 * The recipe with what it takes to leave out and to make empty columns. That comes after the last step that looks for the header
 * again, which needs the columns as they stand in the file.
 */
export function recipeUnder(recipe: Recipe, { ignored, gone }: HeaderMap): Recipe {
  const added: RecipeStep[] = [
    ...(ignored.length === 0
      ? []
      : [{ kind: 'remove' as const, id: 'left-out', columns: [...ignored] }]),
    ...gone.map((label, nth) => ({
      kind: 'derive' as const,
      id: `stays-empty-${nth + 1}`,
      into: label,
      formula: '""',
    })),
  ]
  if (added.length === 0) return recipe
  const at = behindHeaders(recipe)
  const steps = withIds(recipe)
  return [...steps.slice(0, at), ...added, ...steps.slice(at)]
}

/** The same with two places of the recipe, from 0: before all steps nothing is left out, and behind those that are added all of it. */
export function spanUnder(
  recipe: Recipe,
  map: HeaderMap,
  { since, upTo }: { since: number; upTo: number },
): { recipe: Recipe; since: number; upTo: number } {
  const under = recipeUnder(recipe, map)
  const at = behindHeaders(recipe)
  const placed = (place: number): number =>
    place === 0 || place < at ? place : place + under.length - recipe.length
  return { recipe: under, since: placed(since), upTo: placed(upTo) }
}

function behindHeaders(recipe: Recipe): number {
  const looksForHeaders = ({ kind, off }: RecipeStep): boolean =>
    kind === 'drop-repeated-headers' && off !== true
  return recipe.findLastIndex(looksForHeaders) + 1
}
