import { Argument, type Command } from 'commander'
import { type Answer, answers } from '../../../shared/domain/runs/decision.ts'
import { findRun } from '../findRun.ts'
import { follow } from '../follow.ts'
import { type HeaderOptions, headerGrammar } from '../header.ts'
import type { InSession } from '../session.ts'

export function addAnswer(pallet: Command, inSession: InSession): void {
  headerGrammar(pallet.command('answer'))
    .description('say what a file is that a run asks about, and let it go on')
    .argument('<run>', 'as “pallet runs” lists it; the beginning is enough')
    .addArgument(
      new Argument(
        '<answer>',
        'correct: in place of the earlier one, append: new rows, replace: fewer rows are right, add: the table gets new columns, map: the columns are so, skip: load nothing',
      ).choices(answers),
    )
    .action((name: string, answer: Answer, { map }: HeaderOptions) =>
      inSession(async ({ core, output, signal }) => {
        const { id } = await findRun(core, name)
        await core.runs.answer(id, answer, map)
        return follow(core, output, id, signal)
      }),
    )
}
