import { lanes, md5Kernel, statesAt, tailsAt, type KernelMemory } from './kernels.ts'
import type { Md5, Scattered } from './md5.ts'

const chunkBytes = 64
/** RFC 1321, 3.3. */
const initial = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const

interface Lane<Message> {
  message: Message
  /** Whole chunks, the last one made of the rest of the message, its end mark and its length. */
  left: { address: number; chunks: number }[]
}

/** Up to four messages side by side, each begun and ended when it likes; null where the processor cannot. */
export function md5Lanes<Message extends Scattered>(memory: KernelMemory): Md5<Message> | null {
  const kernel = md5Kernel(memory)
  if (kernel === null) return null
  const states = new Uint32Array(memory.buffer, statesAt, initial.length * lanes)
  const running: (Lane<Message> | null)[] = Array.from({ length: lanes }, () => null)
  const busy = (): number => running.filter((lane) => lane !== null).length

  function chunksOf({ stretches }: Message, lane: number): Lane<Message>['left'] {
    const whole = stretches.map(({ address, bytes }) => ({
      address,
      chunks: Math.floor(bytes / chunkBytes),
    }))
    const bytes = stretches.reduce((sum, stretch) => sum + stretch.bytes, 0)
    const last = stretches.at(-1)
    const restBytes = bytes % chunkBytes
    const restAt = last === undefined ? 0 : last.address + last.bytes - restBytes
    // RFC 1321, 3.1 and 3.2: a one bit, zeros, and the length in bits as the last eight bytes.
    const address = tailsAt + lane * 2 * chunkBytes
    const chunks = restBytes + 1 + 8 > chunkBytes ? 2 : 1
    const tail = new DataView(memory.buffer, address, chunks * chunkBytes)
    const tailBytes = new Uint8Array(memory.buffer, address, chunks * chunkBytes)
    tailBytes.fill(0).set(new Uint8Array(memory.buffer, restAt, restBytes))
    tailBytes[restBytes] = 0x80
    tail.setBigUint64(tailBytes.length - 8, BigInt(bytes) * 8n, true)
    return [...whole, { address, chunks }].filter((stretch) => stretch.chunks > 0)
  }

  return {
    most: lanes,
    get busy() {
      return busy()
    },
    start(message) {
      const lane = running.indexOf(null)
      running[lane] = { message, left: chunksOf(message, lane) }
      for (const [word, value] of initial.entries()) states[lanes * word + lane] = value
    },
    run() {
      for (;;) {
        const heads = running.map((lane) => lane?.left[0] ?? null)
        const there = heads.filter((head) => head !== null)
        const [first] = there
        if (first === undefined) throw new Error('nothing to hash')
        const chunks = Math.min(...there.map((head) => head.chunks))
        // A lane without a message hashes along with another, for nothing.
        const [a, b, c, d] = heads.map((head) => (head ?? first).address) as [
          number,
          number,
          number,
          number,
        ]
        kernel.md5(a, b, c, d, chunks)
        const done: { message: Message; md5: Uint8Array }[] = []
        for (const [lane, job] of running.entries()) {
          const head = job?.left[0]
          if (job === null || head === undefined) continue
          head.address += chunks * chunkBytes
          head.chunks -= chunks
          if (head.chunks === 0) job.left.shift()
          if (job.left.length > 0) continue
          done.push({ message: job.message, md5: md5Of(lane) })
          running[lane] = null
        }
        if (done.length > 0) return done
      }
    },
  }

  function md5Of(lane: number): Uint8Array {
    const md5 = new Uint8Array(16)
    const view = new DataView(md5.buffer)
    for (const word of initial.keys())
      view.setUint32(4 * word, states[lanes * word + lane] ?? 0, true)
    return md5
  }
}
