/** A topic that is landed by a Pallet that is killed again and again: every record once, in the table or held back. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Rows } from '../../shared/domain/runs/run.ts'
import { LandedBatch } from '../../shared/domain/streams/stream.ts'
import { random } from '../fixtures/exports.ts'
import { fakeBroker } from '../fixtures/fakeBroker.ts'
import { testFolder } from '../fixtures/folder.ts'
import { pallet, startPallet } from '../fixtures/pallet.ts'
import { accountOf, connect, fill, topic } from '../fixtures/topicOfSales.ts'
import { ask } from '../integration/warehouse/loading.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
/** 100 in the long form of 50 cases. */
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 2) * 2
/** That are written before each kill: 200,000 in the long form, and more where one came too late. */
const rows = 2000

test(
  `${kills} kills while a topic is landed: no record lost, none twice (seed ${seed})`,
  async () => {
    const broker = await fakeBroker()
    try {
      const home = join(folder(), 'home')
      broker.topic(topic)
      await connect(home, broker)
      const next = random(seed)
      const land = ['land', topic, '--connection', 'tills', '--until-empty', '--rows', '1000']
      const steps = ['fetch', 'read', 'clean', 'upload', 'load']
      let killed = 0
      let written = 0
      for (let nth = 0; killed < kills; nth += 1) {
        await fill(broker, rows, (seed % 900_000) + nth, 0.02)
        written += rows
        const step = steps[Math.floor(next() * steps.length)]
        const state = next() < 0.5 ? 'running' : 'done'
        const laterMs = next() * 300
        const { signal } = await startPallet(land, {
          home,
          onEvent: (event, child) => {
            if (event['step'] === step && event['state'] === state)
              setTimeout(() => child.kill('SIGKILL'), laterMs)
          },
        }).done
        if (signal === 'SIGKILL') killed += 1
        const { rows: twice } = await ask(
          join(home, 'warehouse.duckdb'),
          `SELECT count(*) FROM duckdb_tables() WHERE table_name = '${topic}'`,
        ).catch(() => ({ rows: [['0']] }))
        if (twice[0]?.[0] === '0') continue
        const { rows: found } = await ask(
          join(home, 'warehouse.duckdb'),
          `SELECT kafka_partition, kafka_offset FROM ${topic} GROUP BY ALL HAVING count(*) > 1`,
        )
        expect([nth, step, state, found]).toEqual([nth, step, state, []])
      }
      const ended = await pallet(land, { home })
      expect(ended.code, ended.stderr).toBe(0)
      const { events } = await pallet(['lag', topic, '--connection', 'tills'], { home })
      expect(
        events.map(({ partition, landed, records, seconds }) => [
          String(partition),
          String(landed),
          records,
          seconds,
        ]),
      ).toEqual(accountOf(broker).map((one) => [...one, 0, 0]))
      // Held-back records are no rows: together they are all there were, and each offset is one or the other.
      const { rows: counted } = await ask(
        join(home, 'warehouse.duckdb'),
        `SELECT count(*), count(DISTINCT (kafka_partition, kafka_offset)), count(DISTINCT id) FROM ${topic}`,
      )
      const runs = (await pallet(['runs'], { home })).events
      const sum = (of: keyof Rows): number =>
        runs.reduce((all, { rows: account }) => all + Number((account as Rows)[of]), 0)
      expect(sum('in')).toBe(written)
      expect(counted).toEqual([Array.from({ length: 3 }, () => String(sum('clean')))])
      expect(sum('quarantined')).toBe(written - sum('clean'))
      // Each batch of a partition begins where the one before it has ended.
      const { rows: batches } = await ask(
        join(home, 'warehouse.duckdb'),
        'SELECT batch FROM _pallet_ledger ORDER BY seq',
        written,
      )
      const upTo = new Map<number, number>()
      for (const [batch = ''] of batches)
        for (const { partition, from, to } of LandedBatch.parse(JSON.parse(batch ?? '')).ranges) {
          expect([partition, from]).toEqual([partition, upTo.get(partition) ?? 0])
          upTo.set(partition, to)
        }
      expect(broker.ends(topic).map((_, partition) => upTo.get(partition))).toEqual(
        broker.ends(topic),
      )
      console.log(
        `${killed} kills; ${written} records, ${sum('clean')} rows, ${sum('quarantined')} held back, ${batches.length} batches`,
      )
    } finally {
      await broker.close()
    }
  },
  600_000 + kills * 120_000,
)
