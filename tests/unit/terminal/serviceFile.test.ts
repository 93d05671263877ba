import { expect, test } from 'vitest'
import { serviceFile } from '../../../main/terminal/serviceFile.ts'

const place = { node: '/opt/no de/node', entry: '/opt/100%/pallet.mjs', home: '/srv/$a & "b"' }

test('systemd takes each word as it is: blanks, quotes, its specifiers and its variables', () => {
  expect(serviceFile('systemd', place)).toContain(
    String.raw`ExecStart="/opt/no de/node" "/opt/100%%/pallet.mjs" "--home" "/srv/$$a & \"b\"" "serve"`,
  )
})

test('launchd takes a list of words as XML', () => {
  const file = serviceFile('launchd', place)
  expect([...file.matchAll(/<string>(.*)<\/string>/g)].map(([, word]) => word)).toEqual([
    'app.pallet.serve',
    '/opt/no de/node',
    '/opt/100%/pallet.mjs',
    '--home',
    '/srv/$a &amp; "b"',
    'serve',
  ])
})
