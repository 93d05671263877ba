/** The grammar that several commands share. */
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { Expected, weekdays } from '../../shared/domain/arriving/expected.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'
import { Why } from '../../shared/domain/datasets/version.ts'
import type { FileToBlob } from '../runs/uploads/uploads.ts'

export interface BlocksOptions {
  to?: string
  container?: string
  blob?: string
  ifExists?: 'fail' | 'replace' | 'overwrite'
  clearUnfinished?: boolean
}

/** What `upload` and `blocks` are told alike. */
export const fileToBlobGrammar = (command: Command): Command =>
  command
    .argument('<file>')
    .option(
      '--to <connection>',
      'where it goes (default: the environment’s account, else the sandbox)',
    )
    .option('--container <name>', 'container of the connection')
    .option('--blob <name>', 'name of the blob (default: the file’s)')
    .addOption(
      new Option('--if-exists <how>', 'what happens to a blob of that name')
        .choices(['fail', 'replace', 'overwrite'])
        .default('replace'),
    )
    .option(
      '--clear-unfinished',
      'drop blocks that another program has left unfinished under that name; a blob there stays as it is',
    )

export function fileToBlob(file: string, options: BlocksOptions): FileToBlob {
  const { to: connection, container, blob, ifExists, clearUnfinished } = options
  return { file: resolve(file), connection, container, blob, ifExists, clearUnfinished }
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`A whole number from ${min} to ${max} is expected.`)
  }
}

const unitBytes = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 }

/** `64MiB`, or a number of bytes. */
export function byteSize(most: number): (text: string) => number {
  return (text) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?((?:[kmg]ib)?)$/i.exec(text) ?? []
    const bytes = Math.round(
      Number(number) * unitBytes[unit.toLowerCase() as keyof typeof unitBytes],
    )
    if (bytes >= 1 && bytes <= most) return bytes
    throw new InvalidArgumentError(
      `A size such as 64MiB is expected, at most ${formatBytes(most)}.`,
    )
  }
}

/** `500/s` */
export function perSecond(text: string): number {
  const [, rate] = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text) ?? []
  if (rate !== undefined && Number(rate) > 0 && Number(rate) <= 1_000_000) return Number(rate)
  throw new InvalidArgumentError('A rate such as 500/s is expected.')
}

/** `day,store` */
export function columnList(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Kept with the version that a change makes. */
export const whyOption = (): Option =>
  new Option('--why <text>', 'why, in your words, for whoever reads its history').argParser(
    (text: string) => {
      const why = Why.safeParse(text)
      if (why.success) return why.data
      throw new InvalidArgumentError('At most 500 characters are kept.')
    },
  )

export function time(text: string): string {
  if (Expected.shape.by.safeParse(text).success) return text
  throw new InvalidArgumentError('A time such as 09:00 is expected.')
}

export function dayList(text: string): Expected['days'] {
  const days = Expected.shape.days.safeParse(text.split(',').map((day) => day.trim()))
  if (days.success) return days.data
  throw new InvalidArgumentError(`Days are written ${weekdays.join(', ')}.`)
}

export function zone(text: string): string {
  if (Expected.shape.zone.safeParse(text).success) return text
  throw new InvalidArgumentError('A time zone such as Europe/Berlin is expected.')
}
