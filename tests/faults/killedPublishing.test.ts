/** A file that is published by a Pallet that is killed again and again: every row once, and in order. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tail } from '../../main/streaming/tail.ts'
import { random } from '../fixtures/exports.ts'
import { fakeBroker } from '../fixtures/fakeBroker.ts'
import { testFolder } from '../fixtures/folder.ts'
import { startPallet } from '../fixtures/pallet.ts'
import { accessTo, connect, topic } from '../fixtures/topicOfSales.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
/** As many as cases: each takes some starts of Pallet. */
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 2)
const rows = 20_000

test(
  `${kills} kills while a file is published: no row lost, none twice (seed ${seed})`,
  async () => {
    const broker = await fakeBroker()
    try {
      const home = join(folder(), 'home')
      broker.topic(topic)
      await connect(home, broker)
      const next = random(seed)
      let messages = 0
      for (let file = 0, killed = 0; killed < kills; file += 1) {
        const path = join(folder(), `sales-${file}.csv`)
        writeFileSync(
          path,
          `id,store,amount\n${Array.from({ length: rows }, (_, nth) => `${file * rows + nth},store-${nth % 40},${nth}.25\n`).join('')}`,
        )
        messages += rows
        const to = ['--connection', 'tills', '--topic', topic, '--key', 'store']
        const publish = ['publish', path, ...to, '--dataset', 'sales', '--run-id', `file ${file}`]
        for (;;) {
          // The first comes at once, the others when some of it is there.
          const before = broker.ends(topic).reduce((sum, end) => sum + end, 0)
          const laterMs = next() * 60
          const wanted = killed < kills ? before + Math.floor(next() * (rows / 2)) : Infinity
          if (next() < 0.5) broker.loseAnswer('produce')
          const started = startPallet(publish, { home })
          const watch = setInterval(() => {
            if (broker.ends(topic).reduce((sum, end) => sum + end, 0) <= wanted) return
            clearInterval(watch)
            setTimeout(() => started.child.kill('SIGKILL'), laterMs)
          }, 5)
          const { code, signal, stderr } = await started.done
          clearInterval(watch)
          if (signal === 'SIGKILL') killed += 1
          else if (code === 0) break
          else expect([code, stderr]).toEqual([4, expect.any(String)])
        }
      }
      const ids: number[] = []
      const last = new Map<string, number>()
      await tail(
        {
          stream: accessTo(broker),
          topic,
          start: 'begin',
          count: broker.ends(topic).reduce((sum, end) => sum + end, 0),
          containing: null,
        },
        {
          signal: new AbortController().signal,
          report: (records) => {
            for (const { value, headers, partition } of records) {
              ids.push((JSON.parse(value ?? '') as { id: number }).id)
              const of = `${headers['run']} ${partition}`
              expect(Number(headers['row'])).toBeGreaterThan(last.get(of) ?? 0)
              last.set(of, Number(headers['row']))
            }
          },
          ask: async () => null,
        },
      )
      expect([ids.length, new Set(ids).size]).toEqual([messages, messages])
      console.log(`${kills} kills; ${messages} rows of ${messages / rows} files, each once`)
    } finally {
      await broker.close()
    }
  },
  600_000 + kills * 120_000,
)
