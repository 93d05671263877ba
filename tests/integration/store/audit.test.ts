/** Who did what: written before it is done, in the words of the database, and not to be changed unnoticed. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { audited } from '../../../main/runs/auditing.ts'
import type { Core } from '../../../main/runs/core.ts'
import { AuditStore } from '../../../main/store/audit.ts'
import type { Db } from '../../../main/store/database.ts'
import { auditText } from '../../../shared/domain/audit.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { scriptedCore, scriptedHome, scriptedRooms, send } from '../../fixtures/scriptedCore.ts'

const folder = testFolder()
let db: Db
let audit: AuditStore
let core: Core
let home: ReturnType<typeof scriptedHome>['home']

beforeEach(() => {
  ;({ home, db } = scriptedHome(folder()))
  audit = new AuditStore(db, () => 'ada')
  const now = () => new Date('2026-11-22T10:00:00Z')
  core = audited(scriptedCore({ home, db, rooms: scriptedRooms([]) }), audit, now)
})
afterEach(async () => {
  await core.close()
  db.close()
})

const texts = () => audit.list(10).map((entry) => `${entry.who} ${auditText(entry)}`)

test('what a person does is written down with its subject and without secrets, and what could not be done says so', async () => {
  await core.connections.save({
    name: 'shop',
    settings: { kind: 'slack' },
    container: null,
    secrets: { address: 'https://hooks.slack.com/services/T0/B0/very-secret' },
  })
  await send(core, home)
  expect(() => core.runs.list({ limit: 1 })).not.toThrow()
  expect(() => core.datasets.copy('none', 'other')).toThrow()
  expect(() => core.runs.undo('no-such-run', AbortSignal.timeout(60_000))).toThrow()
  await expect(core.connections.remove('none')).rejects.toThrow()
  expect(texts()).toEqual([
    'ada removed the connection none – not done: not found',
    'ada removed the connection none',
    'ada took the rows out of the table, of run no-such-run – not done: not found',
    'ada took the rows out of the table, of run no-such-run',
    'ada copied none → other – not done: not found',
    'ada copied none → other',
    'ada sent a file of sales',
    'ada saved the connection shop',
  ])
  expect(JSON.stringify(audit.list(10))).not.toContain('secret')
  expect(audit.verify()).toEqual({
    last: { number: 8, hash: audit.list(1)[0]?.hash },
    broken: null,
  })
})

test('what cannot be written down is not done', async () => {
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END`)
  await expect(send(core, home)).rejects.toThrow('full')
  expect(core.runs.list({ limit: 10 })).toEqual([])
})

test('entries that are changed, taken out, added or written anew are found', () => {
  for (const subject of ['a', 'b', 'c', 'd'])
    audit.append({ at: '2026-11-22T10:00:00Z', act: 'datasets.remove', subject, refused: null })
  const [last, third] = audit.list(2)
  if (last === undefined || third === undefined) throw new Error('four entries were written')
  expect(audit.verify(third)).toEqual({
    last: { number: 4, hash: last.hash },
    broken: null,
  })
  expect(() => db.exec('DELETE FROM audit WHERE number = 2')).toThrow('kept')
  expect(() => db.exec(`UPDATE audit SET who = 'bob'`)).toThrow('stay')
  expect(audit.verify({ number: 3, hash: last.hash }).broken).toBe(3)
  expect(audit.verify({ number: 5, hash: last.hash }).broken).toBe(5)

  db.exec('DROP TRIGGER audit_stays; DROP TRIGGER audit_is_kept')
  const broken = (damage: string): number | null => {
    db.exec(`SAVEPOINT before; ${damage}`)
    const found = audit.verify().broken
    db.exec('ROLLBACK TO before; RELEASE before')
    return found
  }
  expect(broken(`UPDATE audit SET who = 'bob' WHERE number = 2`)).toBe(2)
  expect(broken(`UPDATE audit SET refused = 'not-found' WHERE number = 4`)).toBe(4)
  expect(broken(`UPDATE audit SET at = 'yesterday' WHERE number = 1`)).toBe(1)
  expect(broken('DELETE FROM audit WHERE number = 1')).toBe(1)
  expect(broken('DELETE FROM audit WHERE number = 3')).toBe(3)
  expect(
    broken(
      `INSERT INTO audit SELECT 5, at, who, act, subject, refused, hash FROM audit WHERE number = 4`,
    ),
  ).toBe(5)
  // The last ones can be taken out unnoticed, unless somebody has noted one of them down.
  db.exec('DELETE FROM audit WHERE number = 4')
  expect(audit.verify().broken).toBeNull()
  expect(audit.verify(last).broken).toBe(4)
})
