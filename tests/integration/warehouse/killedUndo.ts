/** A process of its own that undoes a delivery, and dies without warning just before the commit, or just after it. */
import { runUndo } from './loading.ts'

const [file = '', runId = '', point = 'Committing'] = process.argv.slice(2)
await runUndo(file, runId, false, (doing) => {
  if (doing === point) process.kill(process.pid, 'SIGKILL')
})
process.kill(process.pid, 'SIGKILL')
