import { expect, it } from 'vitest'
import { kafka } from '../../../main/streaming/system.ts'

const connection = (connectionString: string) => ({
  name: 'hub',
  settings: { kind: 'event-hubs', readOnly: true },
  secrets: { connectionString },
})

it('Event Hubs are reached by Kafka’s protocol, with the whole connection string as the password', () => {
  const connectionString =
    'Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=pallet;SharedAccessKey=c2VjcmV0;EntityPath=sales'
  expect(kafka.stream?.(connection(connectionString))).toEqual({
    connection: 'hub',
    brokers: ['contoso.servicebus.windows.net:9093'],
    tls: { ca: null, own: null },
    signIn: { mechanism: 'PLAIN', user: '$ConnectionString', password: connectionString },
    readOnly: true,
  })
})

it('what is no connection string of Event Hubs is told, and not shown', () => {
  const wrong = 'DefaultEndpointsProtocol=https;AccountKey=geheim'
  expect(() => kafka.stream?.(connection(wrong))).toThrow('is none of Event Hubs')
  expect(() => kafka.stream?.(connection(wrong))).not.toThrow('geheim')
})
