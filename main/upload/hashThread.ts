import { parentPort, workerData } from 'node:worker_threads'
import { blockReader, codeOf, type HashedBlock, type ReadOrder } from './blockReader.ts'

export type FromHashThread =
  | { kind: 'block'; block: HashedBlock }
  /** Node's code of a file error. */
  | { kind: 'failed'; code: string }

/** Cuts and hashes one file, given as `workerData`, as far ahead as the pieces reach that it is sent. */
if (parentPort === null) throw new Error('This file runs only as a worker thread.')
const port = parentPort
const reader = blockReader(workerData as ReadOrder)
const send = (message: FromHashThread): void => port.postMessage(message)

port.on('message', (pieces: readonly number[]) => {
  reader.lend(pieces)
  try {
    for (let block = reader.next(); block !== null; block = reader.next())
      send({ kind: 'block', block })
  } catch (thrown) {
    send({ kind: 'failed', code: codeOf(thrown) })
  }
})
