/** Who is told when the data has landed, as options of a command. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ChosenDestination, TriggerTarget } from '../../shared/domain/datasets/dataset.ts'
import { placeholderNames } from '../../shared/domain/runs/template.ts'

export interface TriggerOptions {
  trigger?: TriggerTarget[] | false
}

/** Each is followed by what holds of it alone. */
export function triggerGrammar(command: Command): Command {
  const triggers: TriggerTarget[] = []
  /** Changes the one that was named last. */
  const ofLast = (change: (last: TriggerTarget) => Partial<TriggerTarget>): void => {
    const last = triggers.pop()
    if (last === undefined) throw new InvalidArgumentError('It belongs behind a --trigger.')
    triggers.push({ ...last, ...change(last) })
  }
  const oneOf = <Choice extends string>(
    flag: string,
    help: string,
    choices: readonly Choice[],
    change: (said: Choice) => Partial<TriggerTarget>,
  ): Option =>
    new Option(flag, `of the --trigger before it: ${help}`)
      .choices(choices)
      .argParser((said: string) => {
        const choice = choices.find((one) => one === said)
        if (choice === undefined)
          throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`)
        ofLast(() => change(choice))
      })
  return command
    .option(
      '--trigger <connection[=job]>',
      'told when the data has landed, as “airflow=retail_load” (default: as last time, else nobody); may be repeated, in the order of telling',
      (said: string) => {
        triggers.push(parseTrigger(said))
        return triggers
      },
    )
    .addOption(
      oneOf('--trigger-when <when>', 'always, or if rows changed', ['always', 'changed'], (when) =>
        when === 'changed' ? { when } : {},
      ),
    )
    .addOption(
      oneOf('--trigger-failure <what>', 'fails the run, or is a notice', ['fail', 'warn'], (what) =>
        what === 'warn' ? { onFailure: what } : {},
      ),
    )
    .option(
      '--trigger-parameter <name=text>',
      `of the --trigger before it: given to what is started; in the text ${placeholderNames.map((name) => `{${name}}`).join(' ')} are filled in; may be repeated`,
      (said: string) => {
        const [name, text] = halves(said)
        if (text === undefined) throw new InvalidArgumentError('NAME=TEXT is expected.')
        ofLast(({ parameters }) => ({ parameters: { ...parameters, [name]: text } }))
      },
    )
    .option('--no-trigger', 'nobody is told')
}

/** What was said of it; nothing: the dataset’s memory counts. */
export const chosenTriggers = ({ trigger }: TriggerOptions): Pick<ChosenDestination, 'triggers'> =>
  trigger === undefined ? {} : { triggers: trigger || [] }

/** `airflow`, `airflow=retail_load`. */
function parseTrigger(said: string): TriggerTarget {
  const [connection, job] = halves(said)
  return job === undefined ? { connection } : { connection, job }
}

function halves(said: string): [before: string, behind?: string] {
  const at = said.indexOf('=')
  return at === -1 ? [said] : [said.slice(0, at), said.slice(at + 1)]
}
