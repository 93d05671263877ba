import {
  branch,
  branchIf,
  end,
  get,
  i32,
  leave,
  loop,
  set,
  tee,
  unreachable,
  v128,
  wasmModule,
  WebAssembly,
  when,
  type Code,
  type WasmFunction,
} from '../../wasm/module.ts'

/**
 * The two loops that touch every byte, in WebAssembly: the rolling hash of the borders (two and a half times
 * as fast as in JavaScript), and MD5 of four blocks side by side in the four words of a SIMD
 * register, which one block alone cannot fill (RFC 1321: each step needs the one before).
 * Why they stay: docs/decisions/md5-lanes.md. Each is for one thread at a time per memory.
 */
export interface RollKernel {
  /**
   * Rolls the gear hash over the bytes from … to − 1. Answers the address after the first byte at which
   * it is below `limit` (unsigned), or 0, and the hash there.
   */
  roll: (from: number, to: number, limit: number, hash: number) => [border: number, hash: number]
}
export interface Md5Kernel {
  /** Hashes `chunks` > 0 chunks of 64 bytes from each of the four addresses into the states at `statesAt`. */
  md5: (lane0: number, lane1: number, lane2: number, lane3: number, chunks: number) => void
}

export const lanes = 4
/** Word 0 … 3 (a … d) of the MD5 state of lane 0 … 3: `statesAt + 16 · word + 4 · lane`. */
export const statesAt = 64
/** Room for two chunks of each lane. */
export const tailsAt = 4096
const gearAt = 1024
const md5TableAt = 2048
/** Whoever uses the memory has it from here on, in whole pages. */
export const freeFrom = 64 * 1024

export interface KernelMemory {
  readonly buffer: SharedArrayBuffer
}

/** Memory with `bytes` from `freeFrom` on, of which the system gives what is touched. */
export function kernelMemory(bytes: number): KernelMemory {
  const pages = Math.ceil((freeFrom + bytes) / (64 * 1024))
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

export function rollKernel(memory: KernelMemory): RollKernel {
  new Int32Array(memory.buffer, gearAt, gear.length).set(gear)
  return instance(wasmModule([rollFunction()], 'shared'), memory) as RollKernel
}

/** null: the processor has no SIMD that WebAssembly could use (x64 before SSE 4.1). */
export function md5Kernel(memory: KernelMemory): Md5Kernel | null {
  const module = wasmModule([md5Function()], 'shared')
  if (!WebAssembly.validate(module)) return null
  const table = new Int32Array(memory.buffer, md5TableAt, lanes * md5Table.length)
  for (const [step, value] of md5Table.entries()) table.fill(value, lanes * step, lanes * step + 4)
  return instance(module, memory) as Md5Kernel
}

function instance(module: Uint8Array<ArrayBuffer>, memory: KernelMemory): object {
  return new WebAssembly.Instance(new WebAssembly.Module(module), { pallet: { memory } }).exports
}

/** 256 fixed random numbers: the finalizer of SplitMix32 over 1 … 256. */
const gear = Int32Array.from({ length: 256 }, (_, index) => {
  let z = Math.imul(index + 1, 0x9e3779b9)
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
})

function rollFunction(): WasmFunction {
  const [at, to, limit, hash, before, found] = [0, 1, 2, 3, 4, 5] as const
  const many = 8
  const code: Code[] = []
  const emit = (...parts: Code[]): void => void code.push(...parts)
  const step = (offset: number): void => {
    emit(get(hash), i32.constant(1), i32.shiftLeft)
    emit(get(at), i32.loadByte(offset), i32.constant(2), i32.shiftLeft, i32.load(gearAt))
    emit(i32.add, set(hash))
  }
  const isBelow = [get(hash), get(limit), i32.lessUnsigned]

  // Eight bytes for one branch, as long as there are eight.
  emit(loop, get(to), get(at), i32.subtract, i32.constant(many), i32.lessUnsigned, i32.isZero, when)
  emit(get(hash), set(before), i32.constant(0), set(found))
  for (let offset = 0; offset < many; offset += 1) {
    step(offset)
    emit(...isBelow, get(found), i32.or, set(found))
  }
  emit(get(found), i32.isZero, when, get(at), i32.constant(many), i32.add, set(at), branch(2), end)
  // A border is among these: once more, byte by byte.
  emit(get(before), set(hash), end, end)
  emit(loop, get(at), get(to), i32.equal, when, i32.constant(0), get(hash), leave, end)
  step(0)
  emit(get(at), i32.constant(1), i32.add, set(at))
  emit(...isBelow, when, get(at), get(hash), leave, end)
  emit(branch(0), end, unreachable)

  return {
    name: 'roll',
    parameters: 4,
    locals: [{ type: 'i32', count: 2 }],
    answers: 2,
    code,
  }
}

/** RFC 1321, 3.4: T[i] = ⌊2³² · |sin i|⌋. */
const md5Table = Int32Array.from({ length: 64 }, (_, step) =>
  Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1))),
)
const md5Rotations = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const

function md5Function(): WasmFunction {
  const chunks = lanes
  const state = lanes + 1
  const saved = state + 4
  const words = saved + 4
  const scratch = words + 16
  const code: Code[] = []
  const emit = (...parts: Code[]): void => void code.push(...parts)

  for (let word = 0; word < 4; word += 1)
    emit(i32.constant(0), v128.load(statesAt + 16 * word), set(state + word))
  emit(loop)
  for (let quarter = 0; quarter < 4; quarter += 1) {
    for (let lane = 0; lane < lanes; lane += 1)
      emit(get(lane), v128.load(16 * quarter), set(scratch + lane))
    emit(...transpose(scratch, words + 4 * quarter))
  }
  for (let word = 0; word < 4; word += 1) emit(get(state + word), set(saved + word))
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4
    // The words change places instead of values.
    const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map(
      (word) => state + ((word + 64 - step) % 4),
    )
    // What does not need b, the latest word, comes first: the processor can do it ahead.
    emit(get(a), get(words + md5Word(round, step)), v128.add)
    emit(i32.constant(0), v128.load(md5TableAt + 16 * step), v128.add)
    if (round === 0) emit(get(c), get(d), get(b), v128.select, v128.add)
    else if (round === 1)
      emit(get(c), get(d), v128.andNot, v128.add, get(b), get(d), v128.and, v128.add)
    else if (round === 2) emit(get(c), get(d), v128.xor, get(b), v128.xor, v128.add)
    else emit(get(d), v128.not, get(b), v128.or, get(c), v128.xor, v128.add)
    emit(...rotateLeft(md5Rotations[round]?.[step % 4] ?? 0, scratch))
    emit(get(b), v128.add, set(a))
  }
  for (let word = 0; word < 4; word += 1)
    emit(get(state + word), get(saved + word), v128.add, set(state + word))
  for (let lane = 0; lane < lanes; lane += 1) emit(get(lane), i32.constant(64), i32.add, set(lane))
  emit(get(chunks), i32.constant(1), i32.subtract, tee(chunks), branchIf(0), end)
  for (let word = 0; word < 4; word += 1)
    emit(i32.constant(0), get(state + word), v128.store(statesAt + 16 * word))

  return {
    name: 'md5',
    parameters: lanes + 1,
    locals: [{ type: 'v128', count: scratch + 4 - state }],
    answers: 0,
    code,
  }
}

/** Which of the sixteen words of a chunk a step takes. */
function md5Word(round: number, step: number): number {
  switch (round) {
    case 0:
      return step
    case 1:
      return (5 * step + 1) % 16
    case 2:
      return (3 * step + 5) % 16
    default:
      return (7 * step) % 16
  }
}

/** Four words of four lanes, from lane by lane to word by word; `from` is overwritten. */
function transpose(from: number, to: number): Code[] {
  const pick = (left: number, right: number, words: number[], into: number): Code => [
    ...get(left),
    ...get(right),
    ...v128.shuffle(words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))),
    ...set(into),
  ]
  return [
    pick(from, from + 1, [0, 4, 1, 5], to),
    pick(from + 2, from + 3, [0, 4, 1, 5], to + 1),
    pick(from, from + 1, [2, 6, 3, 7], to + 2),
    pick(from + 2, from + 3, [2, 6, 3, 7], to + 3),
    pick(to, to + 1, [0, 1, 4, 5], from),
    pick(to, to + 1, [2, 3, 6, 7], to + 1),
    [...get(from), ...set(to)],
    pick(to + 2, to + 3, [0, 1, 4, 5], from),
    pick(to + 2, to + 3, [2, 3, 6, 7], to + 3),
    [...get(from), ...set(to + 2)],
  ]
}

function rotateLeft(bits: number, scratch: number): Code[] {
  return [
    tee(scratch),
    i32.constant(bits),
    v128.shiftLeft,
    get(scratch),
    i32.constant(32 - bits),
    v128.shiftRightUnsigned,
    v128.or,
  ]
}
