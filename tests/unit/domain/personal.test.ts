import { describe, expect, it } from 'vitest'
import { personalKind } from '../../../shared/domain/privacy/personal.ts'

describe('likely personal data', () => {
  it.each([
    ['contact', ['a@example.org', 'b.c@example.co.uk'], 'e-mail address'],
    ['x', ['+49 30 123456', '0171/2345678'], 'phone number'],
    ['Telefon', ['1712345678', '301234567'], 'phone number'],
    ['x', ['4111 1111 1111 1111', '5500005555555559'], 'card number'],
    ['x', ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432'], 'bank account'],
    ['customerName', ['Ada', 'Grace'], 'name'],
    ['Nachname', ['Müller'], 'name'],
    ['Geburtsdatum', ['1.2.1980'], 'date of birth'],
    ['Straße', ['Hauptstraße 1'], 'address'],
  ])('%s with %j is taken for %s', (label, values, kind) => {
    expect(personalKind(label, values)).toBe(kind)
  })

  it.each([
    ['EAN', ['4006381333931', '4111111111111', '4006381333948', '4006381333955', '4006381333962']],
    ['date', ['03.02.2026', '04.02.2026']],
    ['price', ['0,45', '1,95']],
    ['store', ['0030', '0031', '012345']],
    ['product name', ['Brot', 'Käse']],
    ['filename', ['a.csv']],
    ['name', ['Brot']],
    ['street', ['12', '13']],
    ['empty', []],
  ])('%s with %j is not', (label, values) => {
    expect(personalKind(label, values)).toBeNull()
  })
})
