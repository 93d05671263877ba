import type { Command } from 'commander'
import { toldSentence } from '../../../shared/domain/datasets/names.ts'
import { exitCodes } from '../exitCodes.ts'
import { findDataset } from '../findDataset.ts'
import { whyOption } from '../grammar.ts'
import type { InSession } from '../session.ts'
import { type TriggerOptions, chosenTriggers, triggerGrammar } from '../triggers.ts'

interface ToldOptions extends TriggerOptions {
  test?: boolean
  why?: string
}

/** Who is told when a file of a dataset has landed; under `pallet datasets`. */
export function addTold(datasets: Command, inSession: InSession): void {
  triggerGrammar(datasets.command('told'))
    .description(
      'who is told when a file of it has landed; with --trigger or --no-trigger that is changed, for files to come',
    )
    .argument('<name>')
    .option('--test', 'ask each whether it could be started now; nothing is started')
    .addOption(whyOption())
    .action((name: string, { test = false, why, ...options }: ToldOptions) =>
      inSession(async ({ core, output, signal }) => {
        const { destination } = await findDataset(core, name)
        const chosen = chosenTriggers(options).triggers
        if (chosen !== undefined) await core.datasets.changeTold(name, chosen, why)
        const triggers = chosen ?? destination?.triggers ?? []
        output.text(toldSentence(triggers), { event: 'told', name, triggers })
        let allOk = true
        for (const target of test ? triggers : []) {
          const { connection, job } = target
          const { ok, message } = await core.connections.testTold(target, signal)
          output.text(`${connection}: ${message}`, { event: 'test', connection, job, ok, message })
          allOk &&= ok
        }
        return allOk ? exitCodes.succeeded : exitCodes.failed
      }),
    )
}
