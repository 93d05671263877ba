/** Files of an SFTP server: listed, brought here, moved and deleted, over one connection for each piece of work. */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ReadStream, SFTPWrapper, Stats } from 'ssh2'
import { Problem } from '../../shared/domain/problem.ts'
import { Spool } from '../files/spool.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FetchOutput, FetchReport } from '../runs/ports/fetching.ts'
import type { FolderFile, PutAway, RemoteFile, SftpServer } from '../runs/ports/folders.ts'

/** Until the server has answered and taken the sign-in. */
const readyMs = 20_000
/** Nothing heard for so long, and asked for twice: the line is gone. */
const silenceMs = 15_000
const attempts = { most: 5, pauseMs: 500 }
/** What the protocol calls a file that is not there, and one that may not be touched (draft-ietf-secsh-filexfer-02, 7). */
const noSuchFile = 2
const permissionDenied = 3

/** Works with a server over a connection of its own, which ends with the work. Fails with a `Problem`, or with the signal's reason. */
async function withSftp<Result>(
  server: SftpServer,
  signal: AbortSignal,
  work: (sftp: SFTPWrapper, hostKey: string) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const { Client, utils } = (await import('ssh2')).default
  const { host, port, user, signIn } = server
  if (signIn.by === 'key') {
    const key = utils.parseKey(signIn.privateKey, signIn.passphrase ?? undefined)
    if (key instanceof Error) throw wrongKey(server)
  }
  const client = new Client()
  let shown: string | null = null
  const ready = Promise.withResolvers<void>()
  const over = Promise.withResolvers<never>()
  const onAbort = (): void => over.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  ready.promise.catch(() => {})
  over.promise.catch(() => {})
  client
    .on('ready', () => ready.resolve())
    .on('error', (error: Error & { level?: string }) => {
      const isOther = shown !== null && server.hostKey !== null && shown !== server.hostKey
      const problem = isOther ? otherServer(server, shown ?? '') : failed(server, error)
      ready.reject(problem)
      over.reject(problem)
    })
    .on('close', () => over.reject(lost(server)))
    // Servers that ask for the password by a question of their own.
    .on('keyboard-interactive', (_name, _instructions, _lang, prompts, finish) =>
      finish(prompts.map(() => (signIn.by === 'password' ? signIn.password : ''))),
    )
  try {
    client.connect({
      host,
      port,
      username: user,
      ...(signIn.by === 'password'
        ? { password: signIn.password, tryKeyboard: true }
        : {
            privateKey: signIn.privateKey,
            ...(signIn.passphrase === null ? {} : { passphrase: signIn.passphrase }),
          }),
      readyTimeout: readyMs,
      keepaliveInterval: silenceMs,
      keepaliveCountMax: 2,
      hostVerifier: (key: Buffer) => {
        shown = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
        return server.hostKey === null || shown === server.hostKey
      },
    })
    await Promise.race([ready.promise, over.promise])
    const sftp = await Promise.race([
      answer<SFTPWrapper>((done) => client.sftp(done)),
      over.promise,
    ])
    return await Promise.race([work(sftp, shown ?? ''), over.promise])
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Problem ? error : failed(server, error as Error & { level?: string })
  } finally {
    signal.removeEventListener('abort', onAbort)
    client.end()
    client.destroy()
  }
}

/** Signs in; answers with the key of the server. */
export async function tryServer(server: SftpServer, signal: AbortSignal): Promise<string> {
  return await withSftp(server, signal, async (sftp, hostKey) => {
    await answer<string>((done) => sftp.realpath('.', done))
    return hostKey
  })
}

/** The ordinary files in a folder, and the key of the server. Problems: `source-missing`, `permission-denied`, those of signing in. */
export async function listFiles(
  server: SftpServer,
  folder: string,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): Promise<{ files: FolderFile[]; hostKey: string }> {
  return await withSftp(server, signal, async (sftp, hostKey) => {
    const found = await answer<{ filename: string; attrs: Stats }[]>((done) =>
      sftp.readdir(folder, done),
    ).catch((error: unknown) => {
      throw ofFile(error, `The folder ${folder} of ${server.connection}`)
    })
    const files = found
      .filter(({ filename, attrs }) => attrs.isFile() && isWanted(filename))
      .map(({ filename, attrs }) => ({
        name: filename,
        bytes: attrs.size,
        modified: modifiedOf(attrs),
      }))
    return { files, hostKey }
  })
}

/** As `Folders.putAway`: nothing but the content that was delivered is moved or deleted. */
export async function putFileAway(
  server: SftpServer,
  file: { folder: string; taken: FolderFile; sha256: string; marker: string | null },
  how: PutAway,
  signal: AbortSignal,
): Promise<boolean> {
  const path = posix.join(file.folder, file.taken.name)
  return await withSftp(server, signal, async (sftp) => {
    const say = (error: unknown): never => {
      throw ofFile(error, `${file.taken.name} of ${server.connection} was delivered, and`)
    }
    const now = await answer<Stats>((done) => sftp.stat(path, done)).catch((error: unknown) =>
      statusOf(error) === noSuchFile ? null : say(error),
    )
    if (now === null || now.size !== file.taken.bytes || modifiedOf(now) !== file.taken.modified)
      return false
    const hash = createHash('sha256')
    for await (const chunk of chunksOf(sftp.createReadStream(path))) hash.update(chunk)
    if (hash.digest('hex') !== file.sha256) return false
    if (how.kind === 'delete') await told((done) => sftp.unlink(path, done)).catch(say)
    else {
      // One that is there already is as good as made; one that cannot be made is met by what follows.
      await told((done) => sftp.mkdir(how.to, done)).catch(() => {})
      await told((done) => sftp.rename(path, posix.join(how.to, how.as), done)).catch(say)
    }
    const { marker } = file
    if (marker !== null)
      await told((done) => sftp.unlink(posix.join(file.folder, marker), done)).catch(() => {})
    return true
  })
}

/**
 * Brings a file into the spool. A line that breaks is taken up where it broke, if the file is as it was; one that changes meanwhile
 * is begun anew. Problems: `source-missing`, `source-empty`, `source-growing`, `network`, those of signing in and of the spool.
 */
export async function downloadSftp(
  { server, path }: Extract<RemoteFile, { kind: 'server' }>,
  target: string,
  control: Control<FetchReport>,
): Promise<FetchOutput> {
  // Nothing is taken from a server that nobody has met.
  if (server.hostKey === null) throw otherServer(server, 'none')
  const name = posix.basename(path)
  const spool = await Spool.create(target)
  let as: string | null = null
  let mostBytes = 0
  try {
    for (let barren = 1; ; barren += 1) {
      try {
        const isWhole = await withSftp(server, control.signal, async (sftp) => {
          const look = async (): Promise<Stats> =>
            await answer<Stats>((done) => sftp.stat(path, done)).catch((error: unknown) => {
              throw ofFile(error, `${name} of ${server.connection}`)
            })
          const before = await look()
          if (asItLies(before) !== as) await spool.restart()
          as = asItLies(before)
          await spool.expect(before.size - spool.bytes)
          const stream = sftp.createReadStream(path, { start: spool.bytes })
          for await (const chunk of chunksOf(stream)) {
            await spool.write(chunk, before.size - spool.bytes)
            control.report({ bytesDone: spool.bytes, bytesTotal: before.size })
          }
          return asItLies(await look()) === as && spool.bytes === before.size
        })
        if (isWhole) break
        as = null
        if (barren >= attempts.most) throw growing(name)
      } catch (thrown) {
        control.signal.throwIfAborted()
        const isLine = thrown instanceof Problem && thrown.code === 'network'
        if (spool.bytes > mostBytes) barren = 0
        mostBytes = Math.max(mostBytes, spool.bytes)
        if (!isLine || barren >= attempts.most) throw thrown
      }
      await delay(attempts.pauseMs * 2 ** barren, undefined, { signal: control.signal })
    }
    if (spool.bytes === 0)
      throw new Problem({
        code: 'source-empty',
        what: `${name} is empty (0 bytes).`,
        advice: 'Export it again.',
      })
    return await spool.finish()
  } finally {
    await spool.close()
  }
}

const asItLies = (stats: Stats): string => `${stats.size} ${stats.mtime}`
/** The protocol says whole seconds. */
const modifiedOf = ({ mtime }: Stats): string => `${mtime}000000000`

async function* chunksOf(stream: ReadStream): AsyncGenerator<Buffer> {
  // The types of the library leave it open what a stream of bytes has.
  for await (const chunk of stream) yield chunk as Buffer
}

type Done<Result> = (error: Error | null | undefined, result: Result) => void

function answer<Result>(ask: (done: Done<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    ask((error, result) => (error == null ? resolve(result) : reject(error)))
  })
}

function told(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask((error) => (error == null ? resolve() : reject(error)))
  })
}

/** What the protocol says of a file, as a number; null: it was something else. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
    ? error.code
    : null
}

function ofFile(error: unknown, what: string): unknown {
  const status = statusOf(error)
  const detail = status === null ? '' : `SFTP status ${status}`
  if (status === noSuchFile)
    return new Problem({
      code: 'source-missing',
      what: `${what} is not there.`,
      did: 'Nothing was taken from it.',
      advice: 'Check the folder, and with whoever runs the server what it is called.',
      detail,
    })
  if (status === permissionDenied)
    return new Problem({
      code: 'permission-denied',
      what: `${what} cannot be read or changed: the server does not allow it.`,
      did: 'It stays as it is; Pallet tries again.',
      advice: 'Ask whoever runs the server for the right to it, or let delivered files stay there.',
      detail,
    })
  return error
}

const growing = (name: string): Problem =>
  new Problem({
    code: 'source-growing',
    what: `${name} is still being written: it changed each of the ${attempts.most} times Pallet fetched it.`,
    did: 'Nothing was taken from it; Pallet tries again later.',
    advice: 'Wait until the export has finished.',
  })

const wrongKey = ({ connection }: SftpServer): Problem =>
  new Problem({
    code: 'credential-rejected',
    what: `The private key of ${connection} cannot be read, or its passphrase is wrong.`,
    did: 'Pallet did not sign in.',
    advice: 'Enter the whole file as ssh-keygen wrote it, and its passphrase if it has one.',
  })

const otherServer = ({ connection, host, hostKey }: SftpServer, shown: string): Problem =>
  new Problem({
    code: 'credential-rejected',
    what: `${host} is not the server that ${connection} was set up with: it shows the key ${shown}, and the one that was kept is ${hostKey ?? 'none'}.`,
    did: 'Pallet did not sign in, and sent no password.',
    advice:
      'Ask whoever runs the server whether its key was changed. If so, enter the new one in the connection; if not, somebody may be in between.',
  })

const lost = ({ connection }: SftpServer): Problem =>
  new Problem({
    code: 'network',
    what: `The line to ${connection} was cut.`,
    did: 'Pallet tries again.',
    advice: 'Check the network.',
  })

function failed(server: SftpServer, error: Error & { level?: string }): Problem {
  const { connection, host, user } = server
  if (error.level === 'client-authentication')
    return new Problem({
      code: 'credential-rejected',
      what: `${host} does not let ${user} in as ${connection} signs in.`,
      did: 'Nothing was taken from there.',
      advice: 'Check the user and the password or key of the connection.',
    })
  const code = 'code' in error && typeof error.code === 'string' ? error.code : (error.level ?? '')
  return new Problem({
    code: 'network',
    what: `The server ${host} of ${connection} does not answer as an SFTP server.`,
    did: 'Pallet tries again.',
    advice: 'Check the network, the name of the server and its port.',
    detail: code,
  })
}
