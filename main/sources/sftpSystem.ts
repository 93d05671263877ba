import { posix } from 'node:path'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import { sftp as record } from '../../shared/systems/sftp.ts'
import type { SftpServer } from '../runs/ports/folders.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

/** Loaded when a server is first reached: few commands need it. */
const rooms = async () => await import('./sftp.ts')

const reach: (connection: OpenConnection) => SftpServer = byKind(record, {
  'sftp-password': ({ name, settings, secrets: { password } }) => ({
    ...serverOf(name, settings),
    signIn: { by: 'password' as const, password },
  }),
  'sftp-key': ({ name, settings, secrets: { privateKey, passphrase = null } }) => ({
    ...serverOf(name, settings),
    signIn: { by: 'key' as const, privateKey, passphrase },
  }),
})

function serverOf(
  connection: string,
  {
    host,
    port,
    user,
    hostKey = null,
  }: { host: string; port: number; user: string; hostKey?: string | null },
): Omit<SftpServer, 'signIn'> {
  return { connection, host, port, user, hostKey }
}

/** The key that a server shows first is kept, and no other is taken then. */
function keep({ learn }: OpenConnection, { hostKey: known }: SftpServer, hostKey: string): void {
  if (known === null) learn?.({ hostKey })
}

/** Servers that give files away over SSH. */
export const sftp: OutsideSystem = {
  async test(connection, signal) {
    const server = reach(connection)
    const hostKey = await (await rooms()).tryServer(server, signal)
    keep(connection, server, hostKey)
    return { message: `Connected. The key of the server is ${hostKey}.`, places: null }
  },
  files: {
    async list(connection, folder, isWanted, signal) {
      const server = reach(connection)
      const { files, hostKey } = await (await rooms()).listFiles(server, folder, isWanted, signal)
      keep(connection, server, hostKey)
      return files
    },
    async putAway(connection, file, how, signal) {
      return await (await rooms()).putFileAway(reach(connection), file, how, signal)
    },
    file: async (connection, folder, { name }) => ({
      kind: 'server',
      server: reach(connection),
      path: posix.join(folder, name),
    }),
  },
}
