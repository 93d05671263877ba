import { parentPort, type MessagePort } from 'node:worker_threads'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { cutter, type CutBlock, type CutOrder } from './cutter.ts'
import { hasher, type HashedBlock, type HashOrder } from './hasher.ts'

/** Two threads work on one file: the first cuts it and hands the blocks to the second, which hashes them. */
export type HashThreadRole =
  | { role: 'cut'; order: CutOrder; blocks: MessagePort }
  | { role: 'hash'; order: HashOrder; blocks: MessagePort }

type FromCutter = { kind: 'block'; block: CutBlock } | Failed
export type FromHashThread = { kind: 'block'; block: HashedBlock } | Failed
/** Node's code of a file error. */
type Failed = { kind: 'failed'; code: string }

if (parentPort === null) throw new Error('This file runs only as a worker thread.')
const port = parentPort

// The first message says what to do.
port.once('message', (thread: HashThreadRole) => {
  switch (thread.role) {
    case 'cut':
      return cut(thread.order, thread.blocks)
    case 'hash':
      return hash(thread.order, thread.blocks)
  }
})

function cut(order: CutOrder, blocks: MessagePort): void {
  const file = cutter(order)
  const send = (message: FromCutter): void => blocks.postMessage(message)
  port.on('message', (pieces: readonly number[]) => {
    file.lend(pieces)
    try {
      for (let block = file.next(); block !== null; block = file.next())
        send({ kind: 'block', block })
    } catch (thrown) {
      send({ kind: 'failed', code: errorCode(thrown) })
    }
  })
}

function hash(order: HashOrder, blocks: MessagePort): void {
  const hashing = hasher(order)
  const send = (message: FromHashThread): void => port.postMessage(message)
  blocks.on('message', (message: FromCutter) => {
    if (message.kind === 'failed') return send(message)
    hashing.take(message.block)
    for (let block = hashing.next(); block !== null; block = hashing.next())
      send({ kind: 'block', block })
  })
}
