// Writes the demo's exports, and any other size for trying things out:
//   node build/make-export.mjs --sales FILE [--rows N] [--seed N] [--stores FILE]
import { parseArgs } from 'node:util'
import { writeSalesExport, writeStoresExport } from '../tests/fixtures/exports.ts'

const { values } = parseArgs({
  options: {
    sales: { type: 'string' },
    stores: { type: 'string' },
    rows: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '12' },
    'defects-every': { type: 'string', default: '400' },
  },
})
const seed = Number(values.seed)
if (values.sales !== undefined) {
  const truth = await writeSalesExport(values.sales, {
    rows: Number(values.rows),
    seed,
    oneDefectIn: Number(values['defects-every']),
  })
  console.log(
    `  ${values.sales}: ${truth.records} records; the generator knows ${truth.clean} clean, ` +
      `${truth.held} to be held back, ${truth.dropped} to be dropped`,
  )
}
if (values.stores !== undefined) {
  await writeStoresExport(values.stores, 40, seed)
  console.log(`  ${values.stores}: 40 stores`)
}
