/**
 * A file of a dataset that remembers how its files are read. Where that does not fit this one (another kind of file, or
 * labels that stand elsewhere), it is found anew, if the labels that the dataset expects are there.
 */
import { Problem } from '../../shared/domain/problem.ts'
import {
  type DetectedReading,
  type Reading,
  type Remembered,
  inWords,
} from '../../shared/domain/files/reading.ts'
import type { Arrived } from './reader.ts'
import { detectReading, kindOfContent, readerOf } from './readers.ts'

/** Of a workbook or an archive, so many of its tables are looked at. */
const partsTried = 20

/** Throws as a reader does, and `dialect-unclear` where a file of another kind has other labels. */
export async function fitting(
  file: Arrived,
  { reading, labels }: Remembered,
  signal: AbortSignal,
): Promise<DetectedReading> {
  const kind = await kindOfContent(file, signal)
  if (kind === null ? readerOf(reading).takesAnyText : kind === reading.kind)
    return await whereLabelsAre(file, { reading, labels }, signal)
  const found = await detectReading(file, signal)
  const withLabels = await amongParts(file, found.reading, labels, signal)
  if (withLabels === null)
    throw new Problem({
      code: 'dialect-unclear',
      what: `The dataset remembers files of another kind (${inWords(reading)}); this one (${inWords(found.reading)}) has not their labels ${namesOf(labels)}.`,
      did: 'Nothing was read.',
      advice:
        'Check that it is the right file, have it detected anew, or send it as a dataset of its own.',
    })
  return {
    ...found,
    reading: withLabels,
    doubts: [
      ...found.doubts,
      `The file is of another kind than the dataset remembers (${inWords(reading)}): it was detected anew (${inWords(withLabels)}), and has the labels of the dataset. Check the first rows.`,
    ],
  }
}

/** The reading as it is where the labels are found with it, as where none are expected; else with another beginning, or detected. */
async function whereLabelsAre(
  file: Arrived,
  { reading, labels }: Remembered,
  signal: AbortSignal,
): Promise<DetectedReading> {
  const asRemembered = { reading, doubts: [] }
  const has = async (other: Reading): Promise<boolean> =>
    fits(await labelsOf(file, other, signal), labels)
  if (labels.length === 0 || (await has(reading))) return asRemembered
  const areMeant = (cells: readonly string[]): boolean => fits(cells, labels)
  const beginnings = await readerOf(reading).beginnings?.(file, reading, areMeant, signal)
  if (beginnings === undefined || beginnings === null) return asRemembered
  for (const { reading: moved, linesBefore } of beginnings) {
    if (!(await has(moved))) continue
    const where =
      linesBefore === null
        ? 'stand elsewhere in this file'
        : `begin on line ${linesBefore + 1} of this file`
    return {
      reading: moved,
      doubts: [
        `The labels of the dataset ${where}, and not where it remembers them: it was read from there. Check the first rows.`,
      ],
    }
  }
  const found = await detectReading(file, signal)
  const anew = withNumbersOf(reading, found.reading)
  if (!(await has(anew))) return asRemembered
  return {
    ...found,
    reading: anew,
    doubts: [
      ...found.doubts,
      `The file does not fit what the dataset remembers (${inWords(reading)}): it was detected anew (${inWords(anew)}), and has the labels of the dataset. Check the first rows.`,
    ],
  }
}

/** Whether numbers are as shown or as stored is nothing that a file says. */
function withNumbersOf(remembered: Reading, found: Reading): Reading {
  const isChosen = remembered.kind === 'sheet' && remembered.numbers !== undefined
  return isChosen && found.kind === 'sheet' ? { ...found, numbers: remembered.numbers } : found
}

/** The file itself, or the first of its sheets or lists, that has the labels. */
async function amongParts(
  file: Arrived,
  reading: Reading,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<Reading | null> {
  const { labels: first, parts } = await readerOf(reading).sample(file, reading, signal)
  if (labels.length === 0 || fits(first, labels)) return reading
  for (const { reading: other } of parts?.choices.slice(0, partsTried) ?? [])
    if (other !== null && fits(await labelsOf(file, other, signal), labels)) return other
  return null
}

/** None where it cannot be read so. */
async function labelsOf(file: Arrived, reading: Reading, signal: AbortSignal): Promise<string[]> {
  try {
    return (await readerOf(reading).sample(file, reading, signal)).labels
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof Problem) return []
    throw thrown
  }
}

/** Whether more than half of the expected labels are there: one may be new, or gone. */
function fits(found: readonly string[], expected: readonly string[]): boolean {
  const there = new Set(found.map(plain))
  return expected.filter((label) => there.has(plain(label))).length * 2 > expected.length
}

const plain = (label: string): string => label.trim().toLowerCase()

const namesOf = (labels: readonly string[]): string =>
  labels
    .slice(0, 5)
    .map((label) => `“${label}”`)
    .join(', ') + (labels.length > 5 ? ' …' : '')
