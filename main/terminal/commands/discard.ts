import type { Command } from 'commander'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import { confirm } from '../confirm.ts'
import { exitCodes } from '../exitCodes.ts'
import { eachRun, findRun } from '../findRun.ts'
import type { InSession } from '../session.ts'

export function addDiscard(pallet: Command, inSession: InSession): void {
  pallet
    .command('discard')
    .description('forget runs that did not succeed, and remove what they keep on this computer')
    .argument('<run...>')
    .option('--yes', 'do not ask back')
    .action((names: string[], { yes = false }: { yes?: boolean }) =>
      inSession(async (session) => {
        const { core, output } = session
        const runs = await Promise.all(names.map((name) => findRun(core, name)))
        const unfinished = runs.filter(({ state }) => !isFinished(state)).length
        const bytes = new Map<string, number>()
        for (const { id } of runs) bytes.set(id, await core.runs.keptBytes(id))
        const kept = (id: string): string => formatBytes(bytes.get(id) ?? 0)
        const all = formatBytes([...bytes.values()].reduce((sum, one) => sum + one, 0))
        const question =
          `${plural(runs.length, 'run')} and what ${runs.length === 1 ? 'it keeps' : 'they keep'} on this computer, ${all}, will be removed: ` +
          `${runs.map(({ id, source }) => `${id} (${source.name}, ${kept(id)})`).join(', ')}.` +
          (unfinished > 0 ? ` ${unfinished} of them would still go on.` : '') +
          ' What was delivered stays.'
        if (!(await confirm(session, question, yes))) return exitCodes.failed
        return eachRun(session, names, async ({ id, state }) => {
          if (!isFinished(state)) await core.runs.cancel(id)
          await core.runs.discard(id)
          output.text(`The run ${id} is discarded; ${kept(id)} are free again.`, {
            event: 'run',
            runId: id,
            state: 'discarded',
            bytes: bytes.get(id) ?? 0,
          })
        })
      }),
    )
}
