import { expect, it } from 'vitest'
import { systemProxy } from '../../../main/electron/systemProxy.ts'

const answering = (ways: string) => ({ resolveProxy: async () => ways })

it.each([
  ['DIRECT', undefined],
  ['PROXY proxy.company.example:8080', 'http://proxy.company.example:8080'],
  ['PROXY first:1; PROXY second:2; DIRECT', 'http://first:1'],
  ['HTTPS secure:443', 'https://secure:443'],
  ['SOCKS5 old:1080; PROXY new:8080', 'http://new:8080'],
  ['SOCKS5 old:1080', undefined],
  ['DIRECT; PROXY never:1', undefined],
])('what the system says, “%s”, is what the core reads', async (ways, proxy) => {
  const answer = await systemProxy(answering(ways), {})
  expect(answer.HTTPS_PROXY).toBe(proxy)
})

it('goes after the environment, and does without an answer', async () => {
  const company = answering('PROXY company:8080')
  expect(await systemProxy(company, { HTTPS_PROXY: 'http://mine:1' })).toEqual({})
  expect(await systemProxy(company, { https_proxy: 'http://mine:1' })).toEqual({})
  expect(await systemProxy(company, { HTTPS_PROXY: '' })).not.toEqual({})
  const broken = { resolveProxy: () => Promise.reject(new Error('no network service')) }
  expect(await systemProxy(broken, {})).toEqual({})
})
