import { Problem } from '../../../shared/domain/problem.ts'

export function secretGone(name: string): Problem {
  return new Problem({
    code: 'credential-missing',
    what: `The secret of the connection ${name} is not on this computer any more.`,
    did: 'Pallet waits; what is done is kept, and the run goes on once the secret is back.',
    advice: `Open the connection ${name} and enter it again.`,
  })
}

export function noEnvironment(): Problem {
  return new Problem({
    code: 'credential-missing',
    what: 'The connection “environment” needs the variable AZURE_STORAGE_CONNECTION_STRING, which is not set.',
    did: 'Pallet waits; what is done is kept.',
    advice: 'Start Pallet with that variable set, or choose another connection.',
  })
}

export function unknownKind(name: string, kind: string): Problem {
  return new Problem({
    code: 'usage',
    what: `The connection ${name} is of a kind that this version of Pallet does not know.`,
    did: 'Nothing was changed.',
    advice: 'Use the version of Pallet that it was made with, or remove it and add it again.',
    detail: kind,
  })
}

export function noSuchConnection(name: string): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no connection named ${name}.`,
    did: 'Nothing was changed.',
    advice: 'The list of connections shows their names: pallet connections list.',
  })
}

export const noPlaceForThis = (name: string, title: string, did: string): Problem =>
  new Problem({
    code: 'usage',
    what: `The connection ${name} leads to ${title}, which is no place for this.`,
    did,
    advice: 'Choose another connection: “pallet connections kinds” tells what each can be.',
  })
