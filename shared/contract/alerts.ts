/** Who is told when something needs a person. */
import { z } from 'zod'
import { Alert, AlertInput } from '../domain/alert.ts'
import { call, nothing } from './call.ts'

export const alerts = {
  list: call.output(z.array(Alert).max(1000)),
  /** In place of what was said of that connection before. */
  save: call.input(AlertInput).output(nothing),
  remove: call.input(z.object({ connection: z.string().max(63) })).output(nothing),
  /** Tells what there is to tell now, without waiting for more. */
  due: call.output(nothing),
}
