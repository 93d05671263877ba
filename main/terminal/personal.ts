import { InvalidArgumentError } from 'commander'
import {
  type PersonalPlace,
  type PersonalRule,
  type PersonalRules,
  personalPlaces,
  personalRules,
} from '../../shared/domain/privacy/personal.ts'
import { everywhere } from '../../shared/domain/privacy/personalRules.ts'

/** By label or name of the column; null: it is not personal. */
export type PersonalChoices = Readonly<Record<string, PersonalRules | null>>

const personalForms = `COLUMN=RULE is expected, where the rule is one of ${personalRules.join(', ')}, or no for a column that is not personal; “blob:hash,topic:drop” says it for each of ${personalPlaces.join(', ')}, and keeps it elsewhere.`

/** For an option that may be given several times. */
export function parsePersonal(text: string, before: PersonalChoices = {}): PersonalChoices {
  const [, column, said = ''] = /^(.+)=([a-z:,-]+)$/u.exec(text) ?? []
  if (column === undefined) throw new InvalidArgumentError(personalForms)
  return { ...before, [column]: said === 'no' ? null : rulesIn(said) }
}

function rulesIn(said: string): PersonalRules {
  if (isRule(said)) return everywhere(said)
  return Object.fromEntries(
    said.split(',').map((one) => {
      const [place = '', rule = '', ...more] = one.split(':')
      if (!isPlace(place) || !isRule(rule) || more.length > 0)
        throw new InvalidArgumentError(personalForms)
      return [place, rule]
    }),
  )
}

const isRule = (text: string): text is PersonalRule => personalRules.some((rule) => rule === text)
const isPlace = (text: string): text is PersonalPlace =>
  personalPlaces.some((place) => place === text)
