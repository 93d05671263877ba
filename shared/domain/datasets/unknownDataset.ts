import { Problem } from '../problem.ts'

/** `did`: what was not done for it, as a sentence. */
export function unknownDataset(name: string, did = 'Nothing was changed.'): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no dataset ${name}.`,
    did,
    advice: '“pallet datasets list” lists them.',
  })
}
