import { Problem } from '../../../shared/domain/problem.ts'
import type { Control } from '../../runs/ports/control.ts'
import type {
  AccessOf,
  QueryAnswers,
  QueryOutput,
  QueryReport,
  Question,
} from '../../runs/ports/warehouse.ts'
import { asGuest, isThere } from './open.ts'

/**
 * Answers one read-only statement, in a process of its own (`answer.ts`): what one vector of a statement takes is on
 * no account of the engine, and only a process can be ended in the middle of it. Throws `not-found` when nothing was
 * ever loaded, `warehouse-in-use` when a run came that needs the file, and what `answer` throws.
 */
export async function query(
  { file }: AccessOf<'duckdb'>,
  _question: Question,
  control: Control<QueryReport, QueryAnswers>,
): Promise<QueryOutput> {
  if (!(await isThere(file)))
    throw new Problem({
      code: 'not-found',
      what: 'Nothing has been loaded into the built-in warehouse yet, so there is nothing to ask.',
      advice: 'Send a file first.',
    })
  return asGuest(file, control.signal, async (wanted) => {
    wanted.addEventListener('abort', () => control.report('give way'), { once: true })
    try {
      wanted.throwIfAborted()
      return await control.ask('answer')
    } catch (error) {
      control.signal.throwIfAborted()
      throw wanted.aborted ? gaveWay() : error
    }
  })
}

function gaveWay(): Problem {
  return new Problem({
    code: 'warehouse-in-use',
    what: 'A run needed the warehouse while this query was under way.',
    did: 'Pallet ended the query, because loading goes first; nothing was changed.',
    advice: 'Ask again when the run has loaded its rows.',
  })
}
