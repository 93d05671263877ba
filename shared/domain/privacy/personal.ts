/** Which columns likely hold data about persons, and what becomes of those that do. Likely, not certain: it only says where to look. */
import { z } from 'zod'

export const personalKinds = [
  'e-mail address',
  'phone number',
  'card number',
  'bank account',
  'name',
  'date of birth',
  'address',
] as const
export type PersonalKind = (typeof personalKinds)[number]

/** Where rows go, as rules for personal columns know it; `warehouse`: any but the built-in one. */
export const personalPlaces = ['blob', 'built-in', 'warehouse', 'topic'] as const
export type PersonalPlace = (typeof personalPlaces)[number]

/**
 * What becomes of a personal column on its way there; each gives away less than the one before it. `hash`: whoever tries out values
 * finds them; `mask`: the last two characters stay; `tokenise`: only the key can tell;
 * `drop`: its cells are empty.
 */
export const personalRules = ['keep', 'hash', 'mask', 'tokenise', 'drop'] as const
export type PersonalRule = (typeof personalRules)[number]

/** Of a personal column; a place that is absent keeps it as it is. */
export const PersonalRules = z.partialRecord(z.enum(personalPlaces), z.enum(personalRules))
export type PersonalRules = z.infer<typeof PersonalRules>

/** A stray value of another form is no reason to overlook a column. */
const mostly = 0.8

/** `values`: different values of the column, a fair share of them. */
export function personalKind(label: string, values: readonly string[]): PersonalKind | null {
  const share = (is: (value: string) => boolean): number =>
    values.length === 0 ? 0 : values.filter(is).length / values.length
  const says = (words: RegExp): boolean => words.test(wordsOf(label))
  if (share(isEmail) >= mostly) return 'e-mail address'
  if (share(isIban) >= mostly) return 'bank account'
  if (share(isCard) >= mostly) return 'card number'
  const called = says(/\b(tel|telephone|telefon|phone|mobile?|handy|fax|rufnummer)/)
  if (share(called ? isDialled : isPhone) >= mostly) return 'phone number'
  // What follows has no form of its own: the label says it, and the values must not deny it.
  if (share((value) => /\p{L}/u.test(value)) >= mostly) {
    if (
      says(
        /\b(first|last|full|family|middle|customer|contact|employee|cashier|person)s? ?name\b|\b(surname|vorname|nachname|familienname|kundenname|ansprechpartner|mitarbeiter|kassierer(in)?|prenom|apellidos?|cognome)\b/,
      )
    )
      return 'name'
    if (says(/\b(street|strasse|straße|anschrift|address|adresse|rue|calle)\b/)) return 'address'
  }
  if (says(/\b(birth ?(date|day)|date of birth|dob|geburts(datum|tag)|geb ?datum)\b/))
    return 'date of birth'
  return null
}

/** `customerName`, `Customer_Name` and `CUSTOMER NAME` say the same. */
export function wordsOf(label: string): string {
  return label
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .toLowerCase()
}

function isEmail(value: string): boolean {
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[\p{L}]{2,}$/u.test(value)
}

/** In international form, or with a leading zero and marks between the digits: a number that is dialled, and no barcode. */
function isPhone(value: string): boolean {
  return (
    isDialled(value) &&
    (/^\+|^00[1-9]/.test(value) || (/^\(?0/.test(value) && /\d[ /()-]+\d/.test(value)))
  )
}

/** E.164: at most 15 digits. */
function isDialled(value: string): boolean {
  const digits = value.replace(/\D/g, '').length
  return digits >= 6 && digits <= 17 && /^[+(]?\d[\d /().-]*$/.test(value) && !isDay(value)
}

function isDay(value: string): boolean {
  return /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(value)
}

/** ISO/IEC 7812: the first digits of the large card systems, and the check digit of Luhn. A barcode has another check digit. */
function isCard(value: string): boolean {
  const digits = value.replace(/[ -]/g, '')
  if (
    !/^(4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15})$/.test(digits)
  )
    return false
  let sum = 0
  for (const [place, digit] of Array.from(digits).toReversed().entries()) {
    const doubled = Number(digit) * (1 + (place % 2))
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** ISO 13616: two letters, check digits by modulo 97. */
function isIban(value: string): boolean {
  const text = value.replaceAll(' ', '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false
  const digits = (text.slice(4) + text.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return BigInt(digits) % 97n === 1n
}
