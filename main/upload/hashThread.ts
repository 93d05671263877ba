import { parentPort } from 'node:worker_threads'
import { codeOf, readBlock, type BlockOrder, type ReadBlock } from './readBlock.ts'

export type FromHashThread =
  | { kind: 'border'; bytes: number }
  | { kind: 'block'; block: ReadBlock }
  /** Node's code of a file error. */
  | { kind: 'failed'; code: string }

/** Reads and hashes one block after the other; memory comes with the order and goes back with the answer. */
if (parentPort === null) throw new Error('This file runs only as a worker thread.')
const port = parentPort

port.on('message', (order: BlockOrder) => {
  const send = (message: FromHashThread, memory: ArrayBuffer[] = []): void =>
    port.postMessage(message, memory)
  try {
    const block = readBlock(order, (bytes) => send({ kind: 'border', bytes }))
    send(
      { kind: 'block', block },
      block.pieces.map(({ buffer }) => buffer),
    )
  } catch (thrown) {
    send({ kind: 'failed', code: codeOf(thrown) })
  }
})
