/** A short message in a channel. The address is all that it takes, and nothing can be asked afterwards: it is sent once. */
import { Problem } from '../../shared/domain/problem.ts'
import { slack as slackRecord } from '../../shared/systems/slack.ts'
import { teams as teamsRecord } from '../../shared/systems/teams.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import { ask } from '../network/requests.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import { landedWords, testWords } from './words.ts'

/** Incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack = (): OutsideSystem =>
  channel({
    title: 'Slack',
    addressOf: byKind(slackRecord, { slack: ({ secrets: { address } }) => address }),
    // The three that Slack takes for marks of its own; no picture of what a link leads to.
    bodyOf: (text) => ({
      text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      unfurl_links: false,
      unfurl_media: false,
    }),
  })

/** The trigger “When a Teams webhook request is received” of a workflow takes Adaptive Cards, one an attachment. */
export const teams = (): OutsideSystem =>
  channel({
    title: 'Teams',
    addressOf: byKind(teamsRecord, { teams: ({ secrets: { address } }) => address }),
    bodyOf: (text) => ({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            // Unlike a TextBlock it reads no Markdown, which the name of a file may look like.
            body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] }],
          },
        },
      ],
    }),
  })

interface Channel {
  title: string
  addressOf: (connection: OpenConnection) => string
  bodyOf: (text: string) => object
}

function channel({ title, addressOf, bodyOf }: Channel): OutsideSystem {
  const send = async (
    connection: OpenConnection,
    text: string,
    signal: AbortSignal,
  ): Promise<void> => {
    const { status, text: said } = await ask(
      {
        connection: connection.name,
        method: 'POST',
        url: addressOf(connection),
        body: bodyOf(text),
        once: true,
      },
      signal,
    )
    if (status >= 200 && status <= 299) return
    const detail = `HTTP ${status}${/^[a-z_]{1,40}$/.test(said) ? `, ${said}` : ''}`
    if ([401, 403, 404, 410].includes(status))
      throw new Problem({
        code: 'credential-rejected',
        what: `${title} does not take messages at this address any more.`,
        did: 'No message was sent.',
        advice: `Make a new webhook in ${title}, and enter its address in the connection.`,
        detail,
        connection: connection.name,
      })
    throw new Problem({
      code: 'trigger-failed',
      what: `${title} did not take the message.`,
      did: 'Pallet does not send it again by itself.',
      advice: `Test the connection, and look in ${title} whether its webhook is switched on; then retry the run.`,
      detail,
      connection: connection.name,
    })
  }
  return {
    async test(connection, signal) {
      await send(connection, testWords, signal)
      return { message: `${title} took a test message: look whether it is there.`, places: null }
    },
    alert:
      (connection) =>
      ({ text }, signal) =>
        send(connection, text, signal),
    trigger: (connection) => ({
      once: true,
      tell: async ({ values }, signal) => {
        await send(connection, landedWords(values), signal)
        return ''
      },
      ask: async () => ({ kind: 'done' }),
    }),
  }
}
