import { elsewhereNames } from '../../shared/domain/recipe/cleanOn.ts'
import { sandboxName } from '../../shared/domain/connection.ts'
import {
  type ComparedTotals,
  differenceOf,
  figuresOf,
} from '../../shared/domain/runs/controlTotals.ts'
import { questionSentence, skippedFor, waysToAnswer } from '../../shared/domain/runs/decision.ts'
import {
  type HeldGroup,
  accountOf,
  cameHome,
  groupSentence,
  madeWords,
  outWords,
} from '../../shared/domain/fixing/fixing.ts'
import { thenWords } from '../../shared/domain/recipe/lookUp.ts'
import { localTime } from '../../shared/domain/localTime.ts'
import { droppedAs } from '../../shared/domain/recipe/recipe.ts'
import { brokenWords } from '../../shared/domain/rules/ruleWords.ts'
import {
  type Receipt,
  blobWords,
  hasFailedTold,
  isLeftOut,
  toldWords,
} from '../../shared/domain/runs/run.ts'
import { sentence } from '../../shared/domain/problem.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../../shared/domain/sizes.ts'
import { visible } from './visible.ts'

/** Of the kinds of problems, as many as leave the account in view; the most frequent come first. */
const kindsShown = 5

/**
 * The receipt as a person reads it in a terminal: how it went, what is wrong with the rows that are held back (`groups`),
 * the account, then where everything is. A problem that the receipt before had `already` is not told again.
 */
export function receiptText(
  receipt: Receipt,
  groups: readonly HeldGroup[],
  already = false,
): string {
  const lines: [string, string][] = []
  const { rows, upload, load } = receipt
  const skipped = skippedFor(receipt.answered)
  const bytes = receipt.source.bytes === null ? '' : `  (${formatBytes(receipt.source.bytes)})`
  lines.push(['run', receipt.runId])
  lines.push(['file', `${receipt.source.path}${bytes}`])
  const held = receipt.version === null ? '' : `, version ${receipt.version}`
  lines.push(['dataset', `${receipt.dataset}${held}`])
  if (rows.in !== null) lines.push(['rows in', `${formatCount(rows.in)}${madeWords(rows)}`])
  if (rows.clean !== null) lines.push(['', `= ${outWords(rows)}`])
  for (const rule of receipt.droppedBy)
    if (rule.rows > 0)
      lines.push(['', `  dropped ${droppedAs(rule, receipt.droppedBy)}: ${formatCount(rule.rows)}`])
  for (const warning of receipt.warnings) lines.push(['warning', brokenWords(warning)])
  for (const then of receipt.lookedUp) lines.push(['looked up', `in ${thenWords(then)}`])
  if (receipt.personal !== undefined) lines.push(['personal', receipt.personal])
  for (const change of receipt.drift) lines.push(['not as before', change])
  for (const { runId, rows: later } of receipt.attempts)
    lines.push([
      '',
      `  of those held back, ${formatCount(cameHome(later))} delivered by the run ${runId}`,
    ])
  for (const { reason, rows: dropped } of receipt.droppedByHand)
    lines.push(['', `  of those held back, ${formatCount(dropped)} dropped by a person: ${reason}`])
  if (receipt.attempts.length + receipt.droppedByHand.length > 0) {
    const all = accountOf(receipt)
    lines.push(['in all', `= ${outWords(all)}`])
  }
  if (receipt.emptiedAt !== undefined)
    lines.push([
      '',
      `  what was held back was removed on ${localTime(receipt.emptiedAt)}, as is set for this Pallet`,
    ])
  if (receipt.completes !== null)
    lines.push(['completes', `the run ${receipt.completes}, with rows that it had held back`])
  if (upload !== null)
    lines.push(
      ['blob', `${upload.connection}: ${blobWords(upload, receipt.blobNow, localTime)}`],
      [
        '',
        `${formatBytes(upload.bytes)} in ${plural(upload.blocks, 'block')}, ${formatCount(upload.blocksSent)} sent`,
      ],
      ...(receipt.blobNow?.state === 'gone'
        ? [['', `“pallet retry ${receipt.runId}” sends it again`] as [string, string]]
        : []),
    )
  else if (skipped === null && isLeftOut(receipt.steps, 'upload'))
    lines.push(['blob', 'none was asked for'])
  const { published } = receipt
  if (published !== undefined)
    lines.push(
      [
        'topic',
        `${published.connection}: ${published.topic}, ${plural(published.rows, 'message')} acknowledged`,
      ],
      ...published.partitions
        .filter(({ messages }) => messages > 0)
        .map(({ partition, from, to, messages }): [string, string] => [
          '',
          `  partition ${partition}: ${formatCount(messages)} from offset ${from} to ${to - 1}`,
        ]),
    )
  else if (load === null && skipped === null && isLeftOut(receipt.steps, 'load'))
    lines.push(['table', 'none was asked for'])
  if (load !== null)
    lines.push([
      'table',
      `${load.connection === sandboxName ? '' : `${load.connection}: `}${load.table}: ${plural(load.rows, 'row')} loaded${outOf(load)}, ${formatCount(load.tableRows)} in it now`,
    ])
  if (load?.cleanedOn !== undefined)
    lines.push(['', `its rows were cleaned in ${elsewhereNames[load.cleanedOn]}`])
  if (load !== null && load.totals !== null) lines.push(['', comparedWords(load.totals)])
  if (load !== null && load.corrects !== null)
    lines.push([
      '',
      `took the place of run ${load.corrects}: ${plural(load.removed ?? 0, 'row')} out, ${plural(load.rows, 'row')} in`,
    ])
  if (receipt.correctedBy !== null)
    lines.push(['', `corrected by the run ${receipt.correctedBy}, whose rows took their place`])
  if (receipt.undoneAt !== null)
    lines.push(['undone', `${localTime(receipt.undoneAt)}: its rows are out of the table again`])
  for (const told of receipt.told) lines.push(['told', toldWords(told)])
  const times = receipt.steps
    .filter((step) => step.ms !== null && step.state !== 'skipped')
    .map((step) => `${step.name} ${formatDuration(step.ms ?? 0)}`)
  if (times.length > 0) lines.push(['time', times.join(', ')])
  const width = Math.max(...lines.map(([label]) => label.length)) + 2
  const body = lines.map(([label, value]) => `  ${label.padEnd(width)}${visible(value)}`)
  return [
    headline(receipt),
    ...heldLines(receipt, groups),
    ...body,
    ...problemLines(receipt, already),
  ].join('\n')
}

/** A question has its answers below it, one a line. */
function problemLines({ runId, problem, asked }: Receipt, already: boolean): string[] {
  if (problem === null) return []
  if (already) return ['', '  It waits for the same.']
  if (asked === null) return ['', `  ${visible(sentence(problem))}`]
  const question = `${problem.what} ${problem.did}`
  const ways = waysToAnswer(runId, asked).map((way) => `    ${way}`)
  return ['', ...[`  ${question} Say what it is:`, ...ways].map(visible)]
}

/** Why rows are held back, and where they are. */
function heldLines({ runId, state }: Receipt, groups: readonly HeldGroup[]): string[] {
  if (groups.length === 0) return []
  const more = groups.length - kindsShown
  const lines = [
    ...groups.slice(0, kindsShown).map(groupSentence),
    ...(more > 0 ? [`… and ${plural(more, 'other kind')} of problem`] : []),
    state === 'succeeded'
      ? `“pallet rejects ${runId} --out held.csv” writes them, “pallet fix ${runId} --from held.csv” sends them again.`
      : `“pallet rejects ${runId}” shows them.`,
  ]
  return [...lines.map((line) => `  ${visible(line)}`), '']
}

/** `pallet verify RUN --figures` shows them side by side. */
function comparedWords(totals: ComparedTotals): string {
  const difference = differenceOf(totals)
  const count = plural(figuresOf(totals).length, 'figure')
  return difference === null
    ? `${count} compared with the warehouse, all the same`
    : `not as it was sent: ${difference}`
}

/** What went out for the rows that came in. */
function outOf({ removed }: NonNullable<Receipt['load']>): string {
  if (removed === null) return ' in place of what was there'
  return removed === 0 ? '' : ` in place of ${plural(removed, 'row')}`
}

function headline(receipt: Receipt): string {
  const rows = accountOf(receipt)
  const skipped = skippedFor(receipt.answered)
  switch (receipt.state) {
    case 'succeeded':
      if (skipped !== null) return `✔ Nothing was loaded. ${questionSentence(skipped)}`
      if (receipt.undoneAt !== null) return '↶ Delivered, and undone since.'
      if (rows.in === 0)
        return `✔ Nothing was in it: the file has no rows${(receipt.load?.removed ?? 0) > 0 ? ', and takes the place of those that were there' : ''}.`
      return (
        `${(rows.quarantined ?? 0) > 0 || hasFailedTold(receipt) ? '!' : '✔'} ${formatCount(rows.loaded ?? 0)} of ${plural((rows.in ?? 0) + (rows.made ?? 0), 'row')} delivered` +
        ((rows.quarantined ?? 0) > 0 ? `, ${formatCount(rows.quarantined ?? 0)} held back` : '') +
        ((rows.dropped ?? 0) > 0 ? `, ${formatCount(rows.dropped ?? 0)} dropped` : '') +
        `${hasFailedTold(receipt) ? '; somebody who was to be told of it was not, or failed' : ''}.`
      )
    case 'failed':
      return receipt.problem?.code === 'trigger-failed'
        ? `! ${formatCount(rows.loaded ?? rows.clean ?? 0)} of ${plural((rows.in ?? 0) + (rows.made ?? 0), 'row')} delivered; who was told of them failed.`
        : '✘ The run failed.'
    case 'stopped':
      return '✘ The run was stopped by a limit of its dataset; nothing was uploaded.'
    case 'cancelled':
      return '✘ The run was cancelled.'
    case 'paused':
      return '… The run is paused.'
    case 'queued':
    case 'running':
    case 'waiting':
      return receipt.problem?.code === 'decision-needed'
        ? '… The run waits for an answer.'
        : '… The run waits and will go on: pallet resume'
  }
}
