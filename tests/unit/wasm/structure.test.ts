import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bySixteen, byOne, maxMarks } from '../../../main/wasm/structure.ts'

const text = fc.array(fc.oneof(fc.constantFrom(...Buffer.from(',"\n\r\0ä')), fc.nat(255)), {
  maxLength: 300,
})

test('the marks of a text are found sixteen at a time as one by one, and no others', () => {
  const marks = fc.array(fc.constantFrom(...Buffer.from(',;"\n\r\0')), {
    minLength: 1,
    maxLength: maxMarks,
  })
  fc.assert(
    fc.property(text, marks, fc.boolean(), fc.nat(40), (bytes, looked, high, start) => {
      const from = Math.min(start, bytes.length)
      const expected: number[] = []
      for (let at = from; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0
        if (looked.includes(byte) || (high && byte >= 0x80)) expected.push(at)
      }
      for (const made of [bySixteen, byOne]) {
        const structure = made(300, 300, looked, high)
        structure.input.fill(0x2c)
        structure.input.set(bytes)
        const found = structure.find(from, bytes.length)
        expect([...structure.positions.subarray(0, found)]).toEqual(expected)
      }
    }),
  )
})

test('bytes are copied whole, and nothing before them is touched', () => {
  fc.assert(
    fc.property(text, fc.nat(40), fc.nat(40), (bytes, start, at) => {
      const from = Math.min(start, bytes.length)
      for (const made of [bySixteen, byOne]) {
        const structure = made(300, 340, [0x2c], false)
        structure.input.set(bytes)
        structure.output.fill(0x7e)
        structure.copy(from, bytes.length, at)
        const copied = bytes.slice(from)
        expect([...structure.output.subarray(0, at + copied.length)]).toEqual([
          ...Array<number>(at).fill(0x7e),
          ...copied,
        ])
      }
    }),
  )
})
