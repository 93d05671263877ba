/** What the shells are told of the commands, and what a real bash makes of it. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { entry } from '../../fixtures/pallet.ts'

const folder = testFolder()
const said = (...args: string[]): string =>
  execFileSync(process.execPath, [entry, ...args], { encoding: 'utf8' })

test('bash completes commands, options and their choices, and leaves files to itself', () => {
  const file = join(folder(), 'pallet.bash')
  writeFileSync(file, said('completion', 'bash'))
  execFileSync('bash', ['-n', file])
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pallet; printf '%s\\n' "\${COMPREPLY[@]}"`
  const completed = (...words: string[]): string[] =>
    execFileSync('bash', ['-c', ask, 'bash', file, 'pallet', ...words], { encoding: 'utf8' })
      .split('\n')
      .filter((word) => word !== '')
  expect(completed('rej')).toEqual(['rejects'])
  expect(completed('recipe', '')).toEqual(['suggest', 'cluster', 'help'])
  expect(completed('recipe', 'cluster', 'x.csv', '--by', 'f')).toEqual(['fingerprint'])
  expect(completed('run', 'x.csv', '--if-del').length).toBe(1)
  expect(completed('--json', 'clean', 'x.csv', '--reci')).toEqual(['--recipe'])
  // Any value, and any file: bash knows better.
  expect(completed('clean', 'x.csv', '--out', '')).toEqual([])
  expect(completed('clean', '')).toEqual([])
  // Also under the other name of a command; and no option has a name of the program's own, which would take it.
  const options = completed('dataset', 'compare', '--')
  expect(options).toEqual(expect.arrayContaining(['--file', '--from', '--to', '--version']))
  expect(options).toEqual([...new Set(options)])
  expect(completed('completion', 'p')).toEqual(['powershell'])
})

test('every shell is told of every command and option that the help names', () => {
  const help = said('--help')
  const commands = [...help.matchAll(/^ {2}([a-z]+)(?: |$)/gmu)].map(([, name]) => name ?? '')
  expect(commands).toContain('recipe')
  expect([...help.matchAll(/^[A-Z].*:$/gmu)].map(([heading]) => heading)).toEqual([
    'Options:',
    'Send an export:',
    'Every day by itself:',
    'Follow what was sent:',
    'Bring held-back rows home:',
    'Look at a file, send nothing:',
    'Clean a file, send nothing:',
    'Sales as they happen (Kafka):',
    'Ask and set up:',
    'Examples:',
  ])
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const script = said('completion', shell)
    for (const name of commands.filter((one) => one !== 'pallet'))
      expect(script, shell).toContain(name)
    expect(script, shell).toContain('if-delivered')
  }
})

test('an option that is left out has one default in the help', () => {
  const help = said('publish', '--help')
  expect(help).toContain('(default: no key)')
  expect(help).not.toMatch(/\(default:[^)]*\)\s+\(default:/u)
})
