/** In whose name Pallet does what it does: the person whose message is being answered, and all that follows from it at once. */
import { AsyncLocalStorage } from 'node:async_hooks'

const acting = new AsyncLocalStorage<string>()

export const actingAs = <T>(name: string, work: () => T): T => acting.run(name, work)

/** For what goes on behind the answer, where it would be taken for theirs whoever began it. */
export const byItself = <T>(work: () => T): T => acting.exit(work)

/** Empty: nobody who signed in. */
export const actingName = (): string => acting.getStore() ?? ''
