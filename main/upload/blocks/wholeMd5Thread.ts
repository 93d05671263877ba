import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { errorCode } from '../../../shared/domain/errorCode.ts'

/** The file, open for reading until the thread has ended, and its length. */
export interface SumOrder {
  fd: number
  bytes: number
}
export type FromSumThread =
  | { kind: 'md5'; md5: Uint8Array }
  /** The file ended before its length. */
  | { kind: 'cut-short' }
  /** Node's code of a file error. */
  | { kind: 'failed'; code: string }

const chunk = new Uint8Array(1024 ** 2)

function sumOf({ fd, bytes }: SumOrder): FromSumThread {
  const hash = createHash('md5')
  for (let at = 0; at < bytes;) {
    const read = readSync(fd, chunk, 0, Math.min(chunk.length, bytes - at), at)
    if (read === 0) return { kind: 'cut-short' }
    hash.update(chunk.subarray(0, read))
    at += read
  }
  return { kind: 'md5', md5: new Uint8Array(hash.digest()) }
}

if (parentPort === null) throw new Error('This file runs only as a worker thread.')
let answer: FromSumThread
try {
  answer = sumOf(workerData as SumOrder)
} catch (thrown) {
  answer = { kind: 'failed', code: errorCode(thrown) }
}
parentPort.postMessage(answer)
