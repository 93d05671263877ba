/** What is sent. */
import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../fixtures/exports.ts'

const MiB = 1024 ** 2

/** Made once for each size. */
export function randomFile(folder: string, mib: number): string {
  const file = join(folder, `random-${mib}.bin`)
  if (!existsSync(file)) writeRandom(file, mib, mib)
  return file
}

/** Reproducible bytes that nothing can compress or find again: a cipher's key stream. */
export function writeRandom(file: string, seed: number, mib: number, flags = 'w'): void {
  const key = createHash('sha256').update(String(seed)).digest()
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(MiB)
  const fd = openSync(file, flags)
  for (let left = Math.round(mib * MiB); left > 0; left -= MiB)
    writeSync(fd, stream.update(zeros.subarray(0, Math.min(left, MiB))))
  closeSync(fd)
}

export function csvFile(folder: string, mib: number): string {
  const file = join(folder, `sales-${mib}.csv`)
  const next = random(mib)
  const fd = openSync(file, 'w')
  let bytes = writeSync(fd, 'receipt,store,product,quantity,price,note\n')
  for (let id = 0; bytes < mib * MiB;) {
    const lines = Array.from({ length: 5000 }, () => {
      id += 1
      return `${id},${Math.floor(next() * 400)},P${Math.floor(next() * 1e6)},${1 + Math.floor(next() * 9)},${(next() * 90).toFixed(2)},${next().toString(36).slice(2)}`
    })
    bytes += writeSync(fd, `${lines.join('\n')}\n`)
  }
  closeSync(fd)
  return file
}

/** The columns of `salesFile`, and what they are to the engine. */
export const salesColumns = {
  receipt: 'BIGINT',
  date: 'DATE',
  time: 'TIMESTAMP',
  store: 'VARCHAR',
  product: 'VARCHAR',
  quantity: 'BIGINT',
  price: 'DECIMAL(18,2)',
  total: 'DECIMAL(18,2)',
  customer: 'VARCHAR',
}
const products = [
  'Milk 1l',
  '"Bread, sliced"',
  'Äpfel rot',
  'Tea Earl Grey',
  'Coffee 500g',
  'Salt',
  'Rice basmati',
  'Bière blonde',
  'Käse jung',
  'Olive oil',
]

/** An export of a till as it should be, but for the share of prices that are no number. */
export function salesFile(
  folder: string,
  rows: number,
  badShare: number,
): { file: string; bytes: number } {
  const file = join(folder, 'sales.csv')
  const next = random(rows)
  const whole = (below: number): number => Math.floor(next() * below)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = (): string => `2024-${two(1 + whole(12))}-${two(1 + whole(28))}`
  const fd = openSync(file, 'w')
  let bytes = writeSync(fd, `${Object.keys(salesColumns).join(',')}\n`)
  for (let done = 0; done < rows; done += 5000) {
    const lines = Array.from({ length: Math.min(5000, rows - done) }, (_, row) => {
      const quantity = 1 + whole(9)
      const price = next() * 90 + 0.5
      const written = next() < badShare ? 'n.v.' : price.toFixed(2)
      const time = `${day()} ${two(whole(24))}:${two(whole(60))}:00`
      return `${1_000_000 + done + row},${day()},${time},S${100 + whole(400)},${products[whole(products.length)] ?? ''},${quantity},${written},${(quantity * price).toFixed(2)},Customer ${whole(1e6)}\n`
    })
    bytes += writeSync(fd, lines.join(''))
  }
  closeSync(fd)
  return { file, bytes }
}
