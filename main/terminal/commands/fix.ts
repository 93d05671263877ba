import { type Command, InvalidArgumentError, Option } from 'commander'
import type { DateOrder } from '../../../shared/domain/cells/cellPatterns.ts'
import { accountOf, accountWords, broughtWords } from '../../../shared/domain/fixing/fixing.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { findRun } from '../findRun.ts'
import { follow } from '../follow.ts'
import { fixGroup } from '../fixGroup.ts'
import { openLocation } from '../reading.ts'
import type { CommandCore, InSession, Session } from '../session.ts'

interface FixOptions {
  from?: string
  drop?: number[]
  reason?: string
  accept?: number[]
  dates?: DateOrder
  group?: number
  proposal?: number
  recipe?: string
  remember?: true
  send: boolean
}

export function addFix(pallet: Command, inSession: InSession): void {
  pallet
    .command('fix')
    .description('send held-back rows of a run again, after they were edited, dropped or accepted')
    .argument('<run>', 'as “pallet runs” lists it; the beginning is enough')
    .option(
      '--from <file>',
      'rows of “pallet rejects RUN --out FILE”, edited elsewhere; CSV or .xlsx',
    )
    .addOption(
      new Option(
        '--dates <order>',
        'how the program in which they were edited writes days, where the rows do not show it',
      ).choices(['dmy', 'mdy', 'ymd']),
    )
    .option('--drop <lines>', 'lines of the file to leave out for good: 118,119', parseLines)
    .option('--reason <words>', 'why they are dropped')
    .option(
      '--accept <lines>',
      'lines to send as they are, where the rules of the dataset let them pass now',
      parseLines,
    )
    .option(
      '--group <number>',
      'all rows of a group, as “pallet rejects RUN --groups” counts them; alone it says what could repair them',
      parseNumber,
    )
    .option('--proposal <number>', 'repair the group as proposed', parseNumber)
    .option('--recipe <file>', 'repair the group by the steps of a recipe')
    .option('--remember', 'the steps become the first ones of the dataset, for files to come')
    .option('--no-send', 'keep what was edited, and send nothing yet')
    .action((name: string, options: FixOptions) =>
      inSession(async (session) =>
        fixCommand(session, (await findRun(session.core, name)).id, options),
      ),
    )
}

async function fixCommand(session: Session, runId: string, options: FixOptions): Promise<ExitCode> {
  const { core, output, signal } = session
  const { from, drop = [], reason, accept = [], send } = options
  if (drop.length > 0 && reason === undefined)
    throw new Problem({
      code: 'usage',
      what: 'Rows are dropped with a reason, which stands in the account.',
      did: 'Nothing was changed.',
      advice: 'For example: --drop 118 --reason "test sale".',
    })
  if (from !== undefined) {
    const { source } = await openLocation(core, from, 'fixed.csv', signal)
    const back = await core.runs.bringFixed(runId, source, signal, options.dates)
    output.text(broughtWords(back).join(' '), { event: 'brought-back', runId, ...back })
    if (back.wrong > 0) output.note(`“pallet rejects ${runId} --groups” says what does not fit.`)
    if (back.unclearDays > 0)
      output.note(
        'If that is not what they say, bring the file back with “--dates mdy” or “--dates dmy”.',
      )
  }
  if (options.group === undefined) {
    const alone = ([['proposal'], ['recipe'], ['remember']] as const).find(
      ([name]) => options[name] !== undefined,
    )
    if (alone !== undefined)
      throw new Problem({
        code: 'usage',
        what: `--${alone[0]} is for the rows of a group.`,
        did: 'Nothing was changed.',
        advice: `Say which: “pallet rejects ${runId} --groups” lists them.`,
      })
  } else if (!(await fixGroup(session, runId, options.group, options))) return exitCodes.succeeded
  const records = await recordsAt(core, runId, [...drop, ...accept])
  const recordsOf = (lines: number[]): number[] => lines.map((line) => records.get(line) ?? 0)
  const changes = [
    ...(drop.length === 0
      ? []
      : [
          {
            records: recordsOf(drop),
            to: { kind: 'drop' as const, reason: reason ?? '' },
          },
        ]),
    ...(accept.length === 0
      ? []
      : [{ records: recordsOf(accept), to: { kind: 'accept' as const } }]),
  ]
  if (changes.length > 0) await core.runs.fix(runId, changes, signal)
  const { ready, open } = await core.runs.rejects(runId, 0, 1)
  const hasChanged = from !== undefined || changes.length > 0 || options.group !== undefined
  let code: ExitCode = exitCodes.succeeded
  // Who has only dropped rows need not have others to send.
  if (send && (ready > 0 || !hasChanged)) {
    const sent = await core.runs.sendFixed(runId, signal)
    code = await follow(core, output, sent.runId, signal)
  }
  const { run, receipt } = await core.runs.get(runId)
  const rows = accountOf(receipt)
  const left = (await core.runs.rejects(runId, 0, 1)).open
  output.text(`The run ${runId} over all attempts: ${accountWords(rows)}.`, {
    event: 'account',
    runId: run.id,
    rows,
  })
  if (!send && ready > 0) output.note(`${plural(ready, 'row')} can be sent: “pallet fix ${runId}”.`)
  else if (left > 0 && open > 0)
    output.note(
      `${plural(left, 'row')} still held back; “pallet rejects ${runId} --groups” says why.`,
    )
  return code
}

/** The records that stand in these lines of the file. */
async function recordsAt(
  core: CommandCore,
  runId: string,
  lines: readonly number[],
): Promise<Map<number, number>> {
  const records = new Map<number, number>()
  if (lines.length === 0) return records
  for (let offset = 0, found = 1; offset < found; offset += 500) {
    const page = await core.runs.rejects(runId, offset, 500)
    found = page.found
    for (const { line, record } of page.rows) records.set(line, record)
  }
  const unknown = lines.filter((line) => !records.has(line))
  if (unknown.length > 0)
    throw new Problem({
      code: 'not-found',
      what: `No row of line ${unknown.join(', ')} is held back by the run ${runId}.`,
      did: 'Nothing was changed.',
      advice: `“pallet rejects ${runId}” says which are.`,
    })
  return records
}

function parseNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It is a whole number from 1.')
  return number
}

function parseLines(text: string): number[] {
  const lines = text.split(',').map((part) => Number(part.trim()))
  if (lines.some((line) => !Number.isInteger(line) || line < 1))
    throw new InvalidArgumentError('Lines are whole numbers with commas between them: 118,119.')
  return lines
}
