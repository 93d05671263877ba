/**
 * Where in a text the bytes stand that give it its structure (delimiters, quotes, line ends): found sixteen at a time, so
 * that whoever reads a table steps from one to the next instead of from byte to byte. Langdale and Lemire, Parsing
 * gigabytes of JSON per second (2019), 3.1.
 */
import {
  branch,
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
} from './module.ts'

/** So many different bytes can be looked for. */
export const maxMarks = 6

/** Two buffers of one memory, and where the marks stand in the first. */
export interface Structure {
  readonly input: Buffer
  readonly output: Buffer
  /** Where the marks stand, ascending: as many as `find` answered with. */
  readonly positions: Int32Array
  /** Looks at the bytes `[from, to)` of the input. */
  find: (from: number, to: number) => number
  /** null: byte by byte, there is no memory that others could work on. */
  readonly tables: Tables | null
  /** Copies `[from, to)` of the input to `at` in the output, and may overwrite fifteen bytes after that. */
  copy: (from: number, to: number, at: number) => void
}

/** Where another function may have tables of its own beside what this one finds. */
export interface Tables {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly at: number
  /** Of the positions, four bytes each; the input begins at 0. */
  readonly positionsAt: number
}

const slack = 16
const pageBytes = 64 * 1024
/** For less it is not worth a memory of its own. */
const worthwhileBytes = 256 * 1024

/**
 * `inputBytes`, `outputBytes`: what is used of each; some more is there. `marks`: the bytes that are looked for; `high`: and
 * all from 0x80 on; `tableBytes`: see `Tables`. Without SIMD for WebAssembly (x64 before SSE 4.1), and for small inputs, byte by byte.
 */
export function structureOver(
  inputBytes: number,
  outputBytes: number,
  marks: readonly number[],
  high = false,
  tableBytes = 0,
): Structure {
  const inWasm = inputBytes >= worthwhileBytes && kernels() !== null
  return inWasm
    ? bySixteen(inputBytes, outputBytes, marks, high, tableBytes)
    : byOne(inputBytes, outputBytes, marks, high)
}

export function byOne(
  inputBytes: number,
  outputBytes: number,
  marks: readonly number[],
  high: boolean,
): Structure {
  const input = Buffer.allocUnsafe(inputBytes + slack)
  const output = Buffer.allocUnsafe(outputBytes + slack)
  const positions = new Int32Array(inputBytes + slack)
  const isMark = new Uint8Array(256)
  for (const mark of marks) isMark[mark] = 1
  if (high) isMark.fill(1, 0x80)
  return {
    input,
    output,
    positions,
    tables: null,
    find: (from, to) => {
      let found = 0
      for (let at = from; at < to; at += 1)
        if (isMark[input[at] ?? 0] === 1) positions[found++] = at
      return found
    },
    copy: (from, to, at) => void input.copy(output, at, from, to),
  }
}

interface Kernels {
  find: (from: number, to: number, positionsAt: number, marksAt: number) => number
  copy: (from: number, to: number, at: number) => void
}

export function bySixteen(
  inputBytes: number,
  outputBytes: number,
  marks: readonly number[],
  high: boolean,
  tableBytes = 0,
): Structure {
  const module = kernels()
  if (module === null) throw new Error('This processor has no SIMD for WebAssembly.')
  const round = (bytes: number): number => Math.ceil((bytes + slack) / slack) * slack
  const outputAt = round(inputBytes)
  const positionsAt = outputAt + round(outputBytes)
  const marksAt = positionsAt + 4 * round(inputBytes)
  const tablesAt = marksAt + (maxMarks + 1) * 16
  const pages = Math.ceil((tablesAt + tableBytes) / pageBytes)
  // Of which the system gives what is touched.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(module, { pallet: { memory } })
  const { find, copy } = exports as Kernels
  for (let nth = 0; nth < maxMarks; nth += 1)
    new Uint8Array(memory.buffer, marksAt + 16 * nth, 16).fill(marks[nth] ?? marks[0] ?? 0)
  new Uint8Array(memory.buffer, marksAt + 16 * maxMarks, 16).fill(high ? 0x80 : 0)
  const positions = new Int32Array(memory.buffer, positionsAt, inputBytes + slack)
  return {
    input: Buffer.from(memory.buffer, 0, inputBytes + slack),
    output: Buffer.from(memory.buffer, outputAt, outputBytes + slack),
    positions,
    tables: { memory, at: tablesAt, positionsAt },
    find: (from, to) => {
      let found = (find(from, to, positionsAt, marksAt) - positionsAt) >> 2
      // The last sixteen may go beyond the end.
      while (found > 0 && (positions[found - 1] ?? 0) >= to) found -= 1
      return found
    },
    copy: (from, to, at) => copy(from, to, outputAt + at),
  }
}

let compiled: object | null | undefined

/** Compiled once for each thread; null: the processor cannot. */
function kernels(): object | null {
  if (compiled !== undefined) return compiled
  const bytes = wasmModule([findFunction(), copyFunction()], 'own')
  compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null
  return compiled
}

function findFunction() {
  const [from, to, at, marksAt, bits, bytes] = [0, 1, 2, 3, 4, 5] as const
  const firstMark = 6
  const high = firstMark + maxMarks
  const code: Code[] = []
  const emit = (...parts: Code[]): void => void code.push(...parts)
  for (let nth = 0; nth <= maxMarks; nth += 1)
    emit(get(marksAt), v128.load(16 * nth), set(firstMark + nth))
  emit(loop, get(from), get(to), i32.lessUnsigned, i32.isZero, when, get(at), leave, end)
  emit(get(from), v128.load(0), tee(bytes), get(high), v128.and)
  for (let nth = 0; nth < maxMarks; nth += 1)
    emit(get(bytes), get(firstMark + nth), v128.equalBytes, v128.or)
  emit(v128.topBits, set(bits))
  emit(loop, get(bits), when)
  emit(get(at), get(from), get(bits), i32.trailingZeros, i32.add, i32.store(0))
  emit(get(at), i32.constant(4), i32.add, set(at))
  // Without its lowest one.
  emit(get(bits), get(bits), i32.constant(1), i32.subtract, i32.and, set(bits))
  emit(branch(1), end, end)
  emit(get(from), i32.constant(16), i32.add, set(from), branch(0), end, unreachable)
  return {
    name: 'find',
    parameters: 4,
    locals: [
      { type: 'i32', count: 1 },
      { type: 'v128', count: maxMarks + 2 },
    ] as const,
    answers: 1,
    code,
  }
}

function copyFunction() {
  const [from, to, at] = [0, 1, 2] as const
  const code: Code[] = [
    loop,
    [...get(from), ...get(to), ...i32.lessUnsigned, ...i32.isZero, ...when, ...leave, ...end],
    [...get(at), ...get(from), ...v128.load(0), ...v128.store(0)],
    [...get(from), ...i32.constant(16), ...i32.add, ...set(from)],
    [...get(at), ...i32.constant(16), ...i32.add, ...set(at)],
    branch(0),
    end,
  ]
  return { name: 'copy', parameters: 3, locals: [], answers: 0, code }
}
