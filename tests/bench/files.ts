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
