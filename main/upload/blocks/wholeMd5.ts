import { Worker } from 'node:worker_threads'
import type { Source } from './source.ts'
import type { FromSumThread, SumOrder } from './wholeMd5Thread.ts'

/** The MD5 of a whole file, on its way. */
export interface WholeMd5 {
  /** 16 bytes. Fails with a Problem of the source, or with the signal's reason. */
  digest(signal: AbortSignal): Promise<Uint8Array>
  /** Ends the thread; the file may be closed afterwards. */
  close(): Promise<void>
}

/**
 * Reads the file from end to end on a thread of its own, a mebibyte at a time. An MD5 cannot be put
 * together from those of the blocks, and Node cannot keep its state, so every upload that wants it starts at the first byte.
 */
export function wholeMd5(source: Source): WholeMd5 {
  const file = import.meta.url.endsWith('.ts') ? './wholeMd5Thread.ts' : './wholeMd5Thread.js'
  const order: SumOrder = { fd: source.fd, bytes: source.bytes }
  const worker = new Worker(new URL(file, import.meta.url), {
    name: 'pallet-md5',
    workerData: order,
  })
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  worker.on('message', (message: FromSumThread) => {
    switch (message.kind) {
      case 'md5':
        return resolve(message.md5)
      case 'cut-short':
        return reject(source.changed())
      case 'failed':
        return reject(source.unreadable(message.code))
    }
  })
  worker.once('error', (error) => reject(source.unreadable(String(error))))
  worker.once('exit', () => reject(source.unreadable('the thread ended')))
  // Whoever asks for it sees the failure.
  promise.catch(() => {})
  return {
    async digest(signal) {
      const { promise: aborted, reject: abort } = Promise.withResolvers<never>()
      const onAbort = (): void => abort(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        signal.throwIfAborted()
        return await Promise.race([promise, aborted])
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    close: async () => {
      await worker.terminate()
    },
  }
}
