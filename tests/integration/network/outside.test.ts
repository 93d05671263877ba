/** A company's own certificate, installed on this computer, and its proxy: in a thread and in the main one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createProxy, type Server } from 'node:http'
import { createServer } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'

const certificates = fileURLToPath(new URL('../../fixtures/certificates/', import.meta.url))
const script = fileURLToPath(new URL('../../fixtures/fetching.ts', import.meta.url))
const newFolder = testFolder()
const authority = join(certificates, 'authority.pem')

let server: Server
let port = 0
beforeEach(async () => {
  const keys = {
    key: readFileSync(join(certificates, 'server.key')),
    cert: readFileSync(join(certificates, 'server.pem')),
  }
  server = createServer(keys, (request, response) => {
    if (!request.url?.includes('comp=list')) return response.end('id\n1\n')
    response.setHeader('content-type', 'application/xml')
    response.end(
      '<?xml version="1.0"?><EnumerationResults><Containers><Container><Name>sales</Name><Properties/></Container></Containers></EnumerationResults>',
    )
  })
  port = await listening(server)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function listening(started: Server): Promise<number> {
  started.listen(0, '127.0.0.1')
  await once(started, 'listening')
  return (started.address() as AddressInfo).port
}

async function fetching(
  host: string,
  environment: Record<string, string>,
): Promise<{ fetched: unknown; containers: unknown }> {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
  )
  const origin = `https://${host}:${port}`
  const child = spawn(
    process.execPath,
    [script, `${origin}/a.csv`, join(newFolder(), 'source'), `${origin}/pallet`],
    {
      env: { ...Object.fromEntries(clean), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  return JSON.parse(await text(child.stdout)) as { fetched: unknown; containers: unknown }
}

// OpenSSL's variable stands for the system's own place of certificates.
describe.runIf(process.platform === 'linux')('a certificate of the company', () => {
  it('is trusted where the system trusts it', async () => {
    expect(await fetching('localhost', { SSL_CERT_FILE: authority })).toEqual({
      fetched: expect.objectContaining({ bytes: 5 }),
      containers: ['sales'],
    })
  })

  it('is not trusted where it does not, and the advice is one that helps', async () => {
    const { fetched, containers } = await fetching('localhost', {})
    expect(String(fetched)).toContain('cannot prove who it is')
    expect(String(containers)).toContain('install its certificate on this computer')
  })

  it('and its proxy is gone through, by downloads and by the storage', async () => {
    const asked: string[] = []
    const proxy = createProxy()
    proxy.on('connect', (request, socket, head) => {
      asked.push(request.url ?? '')
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        onward.write(head)
        socket.pipe(onward).pipe(socket)
      })
      for (const end of [onward, socket]) end.on('error', () => {})
    })
    try {
      const answer = await fetching('files.pallet.example', {
        SSL_CERT_FILE: authority,
        HTTPS_PROXY: `http://127.0.0.1:${await listening(proxy)}`,
      })
      expect(answer).toEqual({
        fetched: expect.objectContaining({ bytes: 5 }),
        containers: ['sales'],
      })
      expect(new Set(asked)).toEqual(new Set([`files.pallet.example:${port}`]))
      expect(asked.length).toBeGreaterThanOrEqual(2)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })
})
