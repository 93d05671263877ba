/** A process of its own that undoes a delivery, and dies without warning just before the commit. */
import { runUndo } from './loading.ts'

const [file = '', runId = ''] = process.argv.slice(2)
await runUndo(file, runId, false, (doing) => {
  if (doing === 'Committing') process.kill(process.pid, 'SIGKILL')
})
