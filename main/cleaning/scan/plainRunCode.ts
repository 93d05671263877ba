/**
 * The code of `PlainRun`: one function, which steps from mark to mark and from cell to cell, and stops where a record is no usual
 * one.
 */
import { finestScale } from '../../../shared/domain/datasets/dataset.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import {
  block,
  branch,
  branchIf,
  end as close,
  get,
  i32,
  leave,
  loop,
  set,
  tee,
  when,
  type Code,
  type WasmFunction,
} from '../../wasm/module.ts'
import { always, ifRegular, ifShortFraction, plainWhole } from './expected.ts'
import { kind, kinds } from './kinds.ts'
import { startsAs, twoByteLetters } from './starts.ts'
import { dropsAs } from './watch.ts'

/** Of the tables: for all cells, then for each cell. */
export const at = {
  starts: 0,
  first: 256,
  second: 512,
  wholeKinds: 768,
  days: 800,
  handled: 832,
  lastStart: 836,
  cells: 1024,
} as const
export const ofCell = {
  bytes: 512,
  stopsEmpty: 0,
  scale: 4,
  readsWords: 8,
  castable: 12,
  fraction: 16,
  row: 20,
  plain: 32,
  castables: 128,
  counts: 192,
} as const

/** In the tables of a cell a kind of its own: a time of day that says seconds. */
export const clockWithSeconds = kinds

const byteOf = (character: string): number => character.charCodeAt(0)
const quote = byteOf(recordsLayout.quote)
const [zero, minus, dot, colon, blank, letterT] = ['0', '-', '.', ':', ' ', 'T'].map(byteOf) as [
  number,
  number,
  number,
  number,
  number,
  number,
]
const uncounted = 255

/** `(next, found, start, width, positions, tables, shortBytes) → next`; see `PlainRun.run`. */
export function runFunction(): WasmFunction {
  const [next, found, start, width, positions, tables, short] = [0, 1, 2, 3, 4, 5, 6] as const
  const [begin, from, end, cell, row, first] = [7, 8, 9, 10, 11, 12] as const
  const [is, place, head, fraction, filled, tail, handled, some] = [
    13, 14, 15, 16, 17, 18, 19, 20,
  ] as const
  const code: Code[] = []
  const labels: string[] = []
  const emit = (...parts: Code[]): void => void code.push(...parts)
  const within = (opening: Code, label: string, body: () => void): void => {
    emit(opening)
    labels.push(label)
    body()
    labels.pop()
    emit(close)
  }
  const depth = (label: string): number => labels.length - 1 - labels.lastIndexOf(label)
  /** To the beginning of a loop, to the end of a block. */
  const go = (label: string): void => emit(branch(depth(label)))
  const goIf = (label: string, ...condition: Code[]): void =>
    emit(...condition, branchIf(depth(label)))
  const stopIf = (...condition: Code[]): void => goIf('stop', ...condition)
  const constant = i32.constant
  const byte = (...pointer: Code[]): Code => [...pointer.flat(), ...i32.loadByte(0)]
  const plus = (local: number, by: number): Code => [...get(local), ...constant(by), ...i32.add]
  const increase = (local: number): void => emit(plus(local, 1), set(local))
  const isAtLeast = (local: number, other: number): Code => [
    ...get(local),
    ...get(other),
    ...i32.lessUnsigned,
    ...i32.isZero,
  ]
  const isNot = (one: Code, value: number): Code => [
    ...one,
    ...constant(value),
    ...i32.equal,
    ...i32.isZero,
  ]
  const equals = (one: Code, value: number): Code => [...one, ...constant(value), ...i32.equal]
  const isAbove = (one: Code, value: number): Code => [
    ...constant(value),
    ...one,
    ...i32.lessUnsigned,
  ]
  /** Of the table of a cell, by the kind of the one at hand. */
  const ofKind = (table: number): Code => [
    ...get(row),
    ...get(is),
    ...i32.add,
    ...i32.loadByte(table),
  ]
  const inTable = (table: number, index: Code): Code => [
    ...get(tables),
    ...index,
    ...i32.add,
    ...i32.loadByte(table),
  ]
  const position = (local: number, offset = 0): Code => [
    ...get(positions),
    ...get(local),
    ...constant(2),
    ...i32.shiftLeft,
    ...i32.add,
    ...i32.load(offset),
  ]
  const countBy = (change: Code): Code => [
    ...get(row),
    ...get(is),
    ...constant(2),
    ...i32.shiftLeft,
    ...i32.add,
    ...tee(some),
    ...get(some),
    ...i32.load(ofCell.counts),
    ...constant(1),
    ...change,
    ...i32.store(ofCell.counts),
  ]
  const firstRow = (): void => emit(get(tables), constant(at.cells), i32.add, set(row))
  const nextRow = (): void => {
    emit(plus(row, ofCell.bytes), set(row))
    increase(cell)
  }
  /** Stops unless two digits that make `most` at most stand so far behind the beginning of the cell. */
  const twoDigits = (offset: number, most: number): void => {
    for (const nth of [0, 1])
      stopIf(
        isAbove(
          [...get(from), ...i32.loadByte(offset + nth), ...constant(zero), ...i32.subtract],
          9,
        ),
      )
    emit(get(from), i32.loadByte(offset), constant(zero), i32.subtract, constant(10), i32.multiply)
    emit(get(from), i32.loadByte(offset + 1), constant(zero), i32.subtract, i32.add, set(some))
    stopIf(isAbove(get(some), most))
  }
  const stopUnless = (offset: number, value: number): void =>
    stopIf(isNot([...get(from), ...i32.loadByte(offset)], value))

  within(block, 'stop', () => {
    within(loop, 'records', () => {
      emit(get(next), set(begin), constant(0), set(cell), constant(0), set(filled))
      emit(plus(next, recordsLayout.lineage.length), set(next))
      stopIf(get(found), get(next), get(width), i32.add, i32.lessUnsigned)
      emit(plus(next, -1), set(some), position(some), constant(1), i32.add, set(from))
      firstRow()
      within(loop, 'cells', lookAtCell)
      // A record without content may be dropped.
      stopIf(get(filled), i32.isZero)
      increase(handled)
      emit(get(tables), get(start), i32.store(at.lastStart))
      emit(get(from), set(start))
      go('records')
    })
  })
  // Of the record that is another, nothing is counted.
  emit(get(cell), set(place))
  firstRow()
  emit(constant(0), set(cell))
  within(block, 'undone', () => {
    within(loop, 'undoing', () => {
      goIf('undone', isAtLeast(cell, place))
      emit(get(row), i32.loadByte(ofCell.row), set(is))
      emit(isNot(get(is), uncounted))
      within(when, 'counted', () => emit(countBy(i32.subtract)))
      nextRow()
      go('undoing')
    })
  })
  emit(get(tables), get(handled), i32.store(at.handled), get(begin), leave)

  function lookAtCell(): void {
    stopIf(isAtLeast(next, found))
    emit(position(next), set(end), byte(get(from)), set(first), constant(0), set(tail))
    within(block, 'cut', () => {
      goIf('cut', isNot(get(first), quote))
      emit(plus(from, 1), set(from))
      within(loop, 'quoted', () => {
        increase(next)
        stopIf(isAtLeast(next, found))
        emit(position(next), set(end))
        goIf('quoted', isNot(byte(get(end)), quote))
      })
      stopIf(equals([...get(end), ...i32.loadByte(1)], quote))
      increase(next)
      stopIf(isAtLeast(next, found))
      stopIf(get(end), get(from), i32.equal)
      emit(byte(get(from)), set(first), constant(1), set(tail))
    })
    emit(constant(uncounted), set(is))
    within(block, 'noted', () => {
      within(block, 'filled', () => {
        goIf('filled', [...get(end), ...get(from), ...i32.equal, ...i32.isZero])
        stopIf(get(row), i32.load(ofCell.stopsEmpty))
        go('noted')
      })
      within(block, 'stands', () => {
        goIf('stands', get(filled))
        emit(constant(1), set(filled))
        emit(inTable(at.first, get(first)), set(some))
        goIf('stands', get(some), i32.isZero)
        stopIf(isNot(get(some), dropsAs.bySecond))
        stopIf([...get(end), ...get(from), ...i32.subtract], constant(2), i32.lessUnsigned)
        stopIf(inTable(at.second, [...get(from), ...i32.loadByte(1)]))
      })
      emit(constant(0), set(head), constant(0), set(fraction))
      within(block, 'told', () => {
        within(block, 'number', () => {
          emit(inTable(at.starts, get(first)), set(some))
          stopIf(get(some), i32.isZero)
          goIf('number', equals(get(some), startsAs.number))
          lookAtWord()
          go('told')
        })
        lookAtNumber()
      })
      judge()
    })
    emit(get(row), get(is), i32.storeByte(ofCell.row))
    emit(get(end), get(tail), i32.add, constant(1), i32.add, set(from))
    increase(next)
    nextRow()
    goIf('cells', get(cell), get(width), i32.lessUnsigned)
  }

  function lookAtWord(): void {
    within(block, 'long', () => {
      goIf('long', isNot(get(some), startsAs.longWord))
      stopIf(get(short), get(end), get(from), i32.subtract, i32.lessUnsigned, i32.isZero)
    })
    // It ends with a visible character: one of ASCII, or a letter of two bytes.
    const lastByte = (nth: number): Code => byte(plus(end, -nth))
    const isWithin = (one: Code, least: number, most: number): Code => [
      ...one,
      ...constant(least),
      ...i32.subtract,
      ...constant(most - least + 1),
      ...i32.lessUnsigned,
    ]
    within(block, 'visible', () => {
      goIf('visible', isWithin(lastByte(1), 0x21, 0x7e))
      const { least, most } = twoByteLetters
      stopIf(isWithin(lastByte(2), least, most), i32.isZero)
    })
    stopIf(get(row), i32.load(ofCell.readsWords))
    emit(constant(kind.word), set(is))
  }

  function lookAtNumber(): void {
    emit(get(from), set(place))
    within(block, 'digits', () => {
      within(loop, 'digit', () => {
        increase(place)
        goIf('digits', isAtLeast(place, end))
        emit(byte(get(place)), tee(some), constant(zero), i32.subtract)
        emit(constant(10), i32.lessUnsigned, branchIf(depth('digit')))
      })
    })
    emit(get(place), get(from), i32.subtract, set(head))
    within(block, 'whole', () => {
      goIf('whole', get(place), get(end), i32.lessUnsigned)
      stopIf(isAbove(get(head), 18))
      emit(inTable(at.wholeKinds, get(head)), set(is))
      goIf('told', isNot(get(first), zero))
      goIf('told', equals(get(head), 1))
      emit(constant(kind.identifier), set(is))
      go('told')
    })
    within(block, 'point', () => {
      goIf('point', equals(get(some), dot))
      within(block, 'date', () => {
        goIf('date', equals(get(some), minus))
        stopIf(isNot(get(some), colon))
        stopIf(isNot(get(head), 2))
        emit(get(end), get(from), i32.subtract, set(place))
        lookAtClock(0, kind.clock, clockWithSeconds)
        go('told')
      })
      stopIf(isNot(get(head), 4))
      lookAtDate()
      go('told')
    })
    emit(get(end), get(place), i32.subtract, constant(1), i32.subtract, set(fraction))
    stopIf(isAbove(get(fraction), finestScale))
    within(block, 'fractionEnd', () => {
      within(loop, 'fractionDigit', () => {
        increase(place)
        goIf('fractionEnd', isAtLeast(place, end))
        stopIf(isAbove([...byte(get(place)), ...constant(zero), ...i32.subtract], 9))
        go('fractionDigit')
      })
    })
    within(block, 'longest', () => {
      emit(get(row), i32.load(ofCell.fraction), get(fraction), i32.lessUnsigned, i32.isZero)
      emit(branchIf(depth('longest')))
      emit(get(row), get(fraction), i32.store(ofCell.fraction))
    })
    emit(constant(kind.dotFraction), set(is))
    goIf('told', isAbove(get(head), 3))
    goIf('told', isNot(get(fraction), 3))
    emit(constant(kind.eitherDot), set(is))
  }

  /** The digits of the year were seen, and what stands behind them. */
  function lookAtDate(): void {
    emit(get(end), get(from), i32.subtract, set(place))
    stopIf(get(place), constant(10), i32.lessUnsigned)
    // Years before 1000 are looked at where the others are not.
    stopIf(equals(get(first), zero))
    stopUnless(7, minus)
    twoDigits(5, 12)
    emit(inTable(at.days, get(some)), set(fraction))
    twoDigits(8, 31)
    stopIf(get(some), i32.isZero)
    stopIf(get(fraction), get(some), i32.lessUnsigned)
    emit(constant(0), set(fraction), constant(kind.ymd), set(is))
    goIf('told', equals(get(place), 10))
    within(block, 'mark', () => {
      goIf('mark', equals([...get(from), ...i32.loadByte(10)], blank))
      stopUnless(10, letterT)
    })
    lookAtClock(11, kind.timedYmd, kind.timedYmd)
  }

  /** `HH:MM` or `HH:MM:SS`, so far behind the beginning of a cell of `place` bytes; each is a kind. */
  function lookAtClock(offset: number, short: number, long: number): void {
    within(block, 'clock', () => {
      emit(constant(short), set(is))
      goIf('clock', equals(get(place), offset + 5))
      stopIf(isNot(get(place), offset + 8))
      stopUnless(offset + 5, colon)
      twoDigits(offset + 6, 59)
      emit(constant(long), set(is))
    })
    twoDigits(offset, 23)
    stopUnless(offset + 2, colon)
    twoDigits(offset + 3, 59)
  }

  /** Stops unless the cell is plain; counts it. */
  function judge(): void {
    emit(ofKind(ofCell.plain), set(some))
    stopIf(get(some), i32.isZero)
    within(block, 'plain', () => {
      goIf('plain', equals(get(some), always))
      goIf('plain', equals(get(some), ifRegular))
      stopIf(isAbove(get(head), plainWhole))
      goIf('plain', isNot(get(some), ifShortFraction))
      stopIf(get(row), i32.load(ofCell.scale), get(fraction), i32.lessUnsigned)
    })
    emit(get(row), get(row), i32.load(ofCell.castable), ofKind(ofCell.castables), i32.and)
    emit(i32.store(ofCell.castable), countBy(i32.add))
  }

  return {
    name: 'run',
    parameters: 7,
    locals: [{ type: 'i32', count: 14 }] as const,
    answers: 1,
    code,
  }
}
