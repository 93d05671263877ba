import type { SystemRecord } from './record.ts'

export const sandbox = {
  name: 'sandbox',
  title: 'Sandbox',
  sentence:
    'A storage and a warehouse on this computer, for trying things out; it needs no account.',
  canBe: ['blobs', 'files', 'warehouse'],
  builtIn: true,
  kinds: { sandbox: { title: 'Built in, on this computer', fields: {} } },
} as const satisfies SystemRecord
