import { type Offered, mostOffered } from '../../../shared/domain/connection.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'

/**
 * What an account has for a field, by name. `isUsable`: whether a connection can name it so. Throws `permission-denied` with the right
 * that is lacking where nothing can be seen.
 */
export function offered(
  found: readonly Offered['names'][number][],
  {
    thing,
    grant,
    isUsable = () => true,
  }: { thing: string; grant: string; isUsable?: (name: string) => boolean },
): Offered {
  if (found.length === 0)
    throw new Problem({
      code: 'permission-denied',
      what: `Whoever signs in sees no ${thing}.`,
      did: 'Pallet signed in, and did nothing else.',
      advice: `Ask for ${grant}.`,
    })
  const usable = found.filter(({ name }) => isUsable(name))
  const odd = found.length - usable.length
  const besides = [
    usable.length > mostOffered
      ? `The first ${formatCount(mostOffered)} are listed; others can be typed.`
      : '',
    odd > 0
      ? `${plural(odd, 'name that needs quotation marks', 'names that need quotation marks')} cannot be used here.`
      : '',
  ]
  return {
    names: usable.slice(0, mostOffered).toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    besides: besides.filter((sentence) => sentence !== '').join(' '),
  }
}

/** Those whose names are known by what lies within another thing, which is to be named first. */
export function nameFirst(field: string, within: string): Problem {
  return new Problem({
    code: 'usage',
    what: `A ${field} lies in a ${within}, and none is named yet.`,
    did: 'Nothing was asked.',
    advice: `Choose the ${within} first.`,
  })
}
