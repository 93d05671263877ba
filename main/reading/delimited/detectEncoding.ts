/** Which encoding a file is in. */
import { type Dialect, encodingNames } from '../../../shared/domain/files/dialect.ts'
import type { EncodingEvidence } from '../../../shared/domain/files/reading.ts'
import { decoderOf } from '../../files/decoding.ts'
import type { Probe } from './probe.ts'
import { guessSingleByte } from './singleByte.ts'

type WideEncoding = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be'

/** UTF-16 and UTF-32 by their byte-order marks, or by zero bytes that stand at some places of the pairs or fours only. */
export function wideEncoding(head: Buffer): WideEncoding | null {
  const utf32 = utf32Encoding(head)
  if (utf32 !== null) return utf32
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const pairs = Math.floor(Math.min(head.length, 8192) / 2)
  let evenZeros = 0
  let oddZeros = 0
  for (let pair = 0; pair < pairs; pair += 1) {
    if (head[pair * 2] === 0) evenZeros += 1
    if (head[pair * 2 + 1] === 0) oddZeros += 1
  }
  const many = pairs * 0.2
  if (pairs >= 2 && oddZeros > many && evenZeros * 20 <= oddZeros) return 'utf-16le'
  if (pairs >= 2 && evenZeros > many && oddZeros * 20 <= evenZeros) return 'utf-16be'
  return null
}

/** Characters end at U+10FFFF: of four bytes the highest is always zero, the next hardly ever above 1. */
function utf32Encoding(head: Buffer): 'utf-32le' | 'utf-32be' | null {
  const fours = Math.floor(Math.min(head.length, 8192) / 4)
  let [little, big] = [0, 0]
  for (let four = 0; four < fours; four += 1) {
    const [a = 0, b = 0, c = 0, d = 0] = head.subarray(four * 4, four * 4 + 4)
    if (d === 0 && c <= 1 && (a !== 0 || b !== 0)) little += 1
    if (a === 0 && b <= 1 && (c !== 0 || d !== 0)) big += 1
  }
  if (fours < 2 || little === big) return null
  return little === fours ? 'utf-32le' : big === fours ? 'utf-32be' : null
}

/** Bytes of the smallest unit of an encoding. */
export function unitBytes(encoding: Dialect['encoding']): number {
  return encoding.startsWith('utf-32') ? 4 : encoding.startsWith('utf-16') ? 2 : 1
}

/** Share of the letters beyond ASCII that must make sense for an encoding to be believed. */
const sure = 0.7

export interface DetectedEncoding extends EncodingEvidence {
  encoding: Dialect['encoding']
}

const utf8Mark = Buffer.of(0xef, 0xbb, 0xbf)

/** Says in `doubts` what it is not sure of. */
export function detectEncoding(probe: Probe, doubts: string[]): DetectedEncoding {
  const wide = wideEncoding(probe.head)
  if (wide !== null) {
    const isMarked = decoderOf(wide).decode(probe.head.subarray(0, 4)).startsWith('\uFEFF')
    return isMarked
      ? { encoding: wide, confidence: 'certain', evidence: 'It begins with a byte-order mark.' }
      : {
          encoding: wide,
          confidence: 'likely',
          evidence: 'Zeros stand at every second or fourth of its bytes only.',
        }
  }
  if (probe.head.subarray(0, 3).equals(utf8Mark) && probe.invalid === 0)
    return {
      encoding: 'utf-8',
      confidence: 'certain',
      evidence: 'It begins with a byte-order mark.',
    }
  if (probe.ascii || probe.invalid === 0)
    return {
      encoding: 'utf-8',
      confidence: probe.everywhere ? 'certain' : 'likely',
      evidence:
        (probe.ascii
          ? 'It has only characters that most encodings write alike'
          : 'Every character beyond ASCII is UTF-8') +
        (probe.everywhere ? '.' : ', where the file was looked at.'),
    }
  if (probe.multibyte > probe.invalid * 4) {
    doubts.push(
      'The file is UTF-8, but some of its bytes are no text: rows that contain them will be held back.',
    )
    return {
      encoding: 'utf-8',
      confidence: 'likely',
      evidence: 'Most of its characters beyond ASCII are UTF-8.',
    }
  }
  const pairs = probe.pairs.guess()
  if (pairs !== null) {
    doubts.push(
      `By its characters the file is in ${encodingNames[pairs]}. Check that they look right.`,
    )
    return {
      encoding: pairs,
      confidence: 'likely',
      evidence: 'Nearly all of its pairs of bytes are common characters in it.',
    }
  }
  // Text of one byte a letter hardly ever holds what reads as UTF-8: such lines would be garbled without a word.
  if (probe.multibyte * 3 > probe.invalid) {
    doubts.push(
      'The file mixes UTF-8 with another encoding: rows whose letters are not UTF-8 will be held back. Export it again in one encoding.',
    )
    return {
      encoding: 'utf-8',
      confidence: 'guessed',
      evidence: 'Some of its characters beyond ASCII are UTF-8, and some are not.',
    }
  }
  if (probe.multibyte * 50 > probe.invalid)
    doubts.push(
      'A few of its letters are UTF-8, the others are not: those few would come out wrong, like “MÃ¼ller”. Export it again in one encoding.',
    )
  const { encoding, share } = guessSingleByte(probe.stray)
  if (share < sure)
    doubts.push(
      `Pallet reads the file as ${encodingNames[encoding]}, which makes the most sense of its letters, though not of all. Check that letters with accents look right.`,
    )
  else if (encoding !== 'windows-1252')
    doubts.push(
      `By its letters the file is in ${encodingNames[encoding]}. Check that letters with accents look right.`,
    )
  return {
    encoding,
    confidence: share < sure ? 'guessed' : 'likely',
    evidence: `${Math.floor(share * 100)} % of its letters and signs beyond ASCII make sense in it.`,
  }
}
