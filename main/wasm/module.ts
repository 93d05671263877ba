/**
 * The few WebAssembly instructions that hashing and reading need, as bytes. A module is put together here rather
 * than kept as a binary, so that what runs is what is read. WebAssembly Core Specification 3.0, chapter 5.
 */
export type Code = readonly number[]

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let left = value
  do {
    const more = left > 0x7f
    bytes.push((left & 0x7f) | (more ? 0x80 : 0))
    left >>>= 7
  } while (left > 0)
  return bytes
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = []
  for (let left = value; ; left >>= 7) {
    const last = left >= -64 && left < 64
    bytes.push((left & 0x7f) | (last ? 0 : 0x80))
    if (last) return bytes
  }
}

function counted(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
const simdAt = (opcode: number, align: number, offset: number): Code => [
  ...simd(opcode),
  align,
  ...unsigned(offset),
]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const tee = (local: number): Code => [0x22, ...unsigned(local)]
export const unreachable: Code = [0x00]
export const block: Code = [0x02, 0x40]
export const loop: Code = [0x03, 0x40]
export const when: Code = [0x04, 0x40]
export const end: Code = [0x0b]
export const leave: Code = [0x0f]
/** To the beginning of the loop, or the end of the block, that is so many around this one. */
export const branch = (depth: number): Code => [0x0c, ...unsigned(depth)]
export const branchIf = (depth: number): Code => [0x0d, ...unsigned(depth)]

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: (offset: number): Code => [0x28, 2, ...unsigned(offset)],
  loadByte: (offset: number): Code => [0x2d, 0, ...unsigned(offset)],
  store: (offset: number): Code => [0x36, 2, ...unsigned(offset)],
  storeByte: (offset: number): Code => [0x3a, 0, ...unsigned(offset)],
  isZero: [0x45],
  equal: [0x46],
  lessUnsigned: [0x49],
  trailingZeros: [0x68],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  and: [0x71],
  or: [0x72],
  shiftLeft: [0x74],
} satisfies Record<string, Code | ((value: number) => Code)>

export const v128 = {
  /** Need not be aligned. */
  load: (offset: number): Code => simdAt(0, 0, offset),
  store: (offset: number): Code => simdAt(11, 4, offset),
  /** Of the 32 bytes of both operands, the 16 with these numbers. */
  shuffle: (bytes: readonly number[]): Code => [...simd(13), ...bytes],
  not: simd(77),
  and: simd(78),
  andNot: simd(79),
  or: simd(80),
  xor: simd(81),
  select: simd(82),
  /** On four 32-bit words. */
  shiftLeft: simd(171),
  shiftRightUnsigned: simd(173),
  add: simd(174),
  /** On sixteen bytes: 0xff where they are equal; the top bits as the bits of an i32. */
  equalBytes: simd(35),
  topBits: simd(100),
}

interface WebAssemblyHere {
  Memory: {
    new (limits: { initial: number; maximum: number; shared: true }): { buffer: SharedArrayBuffer }
    new (limits: { initial: number; maximum: number }): { buffer: ArrayBuffer }
  }
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (
    module: object,
    imports: { pallet: { memory: { readonly buffer: ArrayBufferLike } } },
  ) => { readonly exports: object }
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
}
// Node has it, but its types come with the browser's.
export const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyHere }

/** `\0asm`, version 1. */
const header: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

export type ValueType = 'i32' | 'v128'
const typeByte = { i32: 0x7f, v128: 0x7b } as const

export interface WasmFunction {
  name: string
  /** All i32; local 0 is the first. */
  parameters: number
  /** Numbered after the parameters. */
  locals: readonly { type: ValueType; count: number }[]
  /** How many i32 it answers with; several come as an array. */
  answers: number
  code: readonly Code[]
}

/** A module of these functions over one memory, imported as `pallet.memory`; `shared`: as more than one thread has it. */
export function wasmModule(
  functions: readonly WasmFunction[],
  memoryIs: 'shared' | 'own',
): Uint8Array<ArrayBuffer> {
  const text = (value: string): Code => [value.length, ...Buffer.from(value, 'latin1')]
  const section = (id: number, items: readonly Code[]): Code => {
    const content = counted(items)
    return [id, ...unsigned(content.length), ...content]
  }
  const types = functions.map(({ parameters, answers }) => [
    0x60,
    ...counted(Array.from({ length: parameters }, () => [typeByte.i32])),
    ...counted(Array.from({ length: answers }, () => [typeByte.i32])),
  ])
  const bodies = functions.map(({ locals, code }) => {
    const groups = locals.map(({ type, count }) => [...unsigned(count), typeByte[type]])
    const body = [...counted(groups), ...code.flat(), ...end]
    return [...unsigned(body.length), ...body]
  })
  // Limits of 1 … 65,535 pages accept a memory of any size.
  const limits = memoryIs === 'shared' ? 3 : 1
  const memory = [...text('pallet'), ...text('memory'), 2, limits, 1, ...unsigned(65_535)]
  return Uint8Array.from([
    ...header,
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]),
    ),
    ...section(10, bodies),
  ])
}
