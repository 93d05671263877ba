import { type Command, InvalidArgumentError } from 'commander'
import {
  AlertInput,
  type AlertKind,
  QuietHours,
  alertKinds,
  alertTrouble,
  alertWords,
} from '../../../shared/domain/alert.ts'
import { exitCodes } from '../exitCodes.ts'
import type { InSession } from '../session.ts'

interface AddOptions {
  of: AlertKind[]
  quiet?: QuietHours | null
}

export function addAlerts(pallet: Command, inSession: InSession): void {
  const alerts = pallet
    .command('alerts')
    .description('who is told when something needs a person')
    .addHelpText(
      'after',
      `
What it can be told of:
${alertKinds.map((kind) => `  ${kind.padEnd(8)} ${alertWords[kind].toLowerCase()}`).join('\n')}

Everything is told once, what comes within a minute as one message, while the app or “pallet serve” runs, and by
“pallet due”. A connection to e-mail, Teams, Slack or a webhook is added by “pallet connections add”.`,
    )
    .action(() =>
      inSession(async ({ core, output }) => {
        const all = await core.alerts.list()
        output.table(
          ['connection', 'of', 'quiet', 'trouble'],
          all.map((alert) => [
            alert.connection,
            alert.kinds.join(','),
            alert.quiet === null ? '' : `${alert.quiet.from}-${alert.quiet.until}`,
            alertTrouble(alert),
          ]),
          all,
        )
      }),
    )
  alerts
    .command('add')
    .description('tell a connection; what was said of it before is replaced')
    .argument('<connection>')
    .option('--of <what>', 'of what, separated by commas', kinds, [...alertKinds])
    .option('--quiet <from-until>', 'messages wait at these hours, such as 22:00-06:00', hours)
    .action((connection: string, { of, quiet = null }: AddOptions) =>
      inSession(async ({ core, output }) => {
        const alert = { connection, kinds: of, quiet }
        await core.alerts.save(alert)
        output.text(
          `${connection} is told: ${of.map((kind) => alertWords[kind].toLowerCase()).join('; ')}.`,
          { event: 'alert', ...alert },
        )
        output.note(`“pallet alerts test ${connection}” sends a message now.`)
      }),
    )
  alerts
    .command('remove')
    .description('tell a connection no more')
    .argument('<connection>')
    .action((connection: string) =>
      inSession(async ({ core, output }) => {
        await core.alerts.remove(connection)
        output.text(`${connection} is told no more.`, { event: 'alert', connection, removed: true })
      }),
    )
  alerts
    .command('test')
    .description('send a test message')
    .argument('<connection>')
    .action((connection: string) =>
      inSession(async ({ core, output, signal }) => {
        const { ok, message } = await core.connections.test(connection, signal)
        output.text(message, { event: 'test', connection, ok, message })
        return ok ? exitCodes.succeeded : exitCodes.failed
      }),
    )
}

function kinds(text: string): AlertKind[] {
  const found = AlertInput.shape.kinds.safeParse(text.split(',').map((kind) => kind.trim()))
  if (found.success) return [...new Set(found.data)]
  throw new InvalidArgumentError(`It is one or more of ${alertKinds.join(', ')}.`)
}

function hours(text: string): QuietHours {
  const [from, until] = text.split('-').map((part) => part.trim())
  const found = QuietHours.safeParse({ from, until })
  if (found.success && from !== until) return found.data
  throw new InvalidArgumentError('Hours such as 22:00-06:00 are expected.')
}
