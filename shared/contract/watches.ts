/** Folders whose files go on their way by themselves, and what is due. */
import { z } from 'zod'
import { Watch, WatchInput, WatchNow } from '../domain/arriving/watch.ts'
import { call, nothing } from './call.ts'

export const watches = {
  list: call.output(z.array(WatchNow).max(1000)),
  /** Answers with how many files are there already, which are taken, too. */
  add: call.input(WatchInput).output(z.object({ watch: Watch, files: z.number() })),
  /** Its files and its runs stay as they are. */
  remove: call.input(z.object({ id: z.number() })).output(nothing),
  /** Does what is due now, once; answers with the ids of the runs that began. */
  due: call.output(z.array(z.string())),
}
