import CliTable from 'cli-table3'
import { SingleBar } from 'cli-progress'
import { errorCode } from '../../shared/domain/errorCode.ts'
import type { HeldGroup } from '../../shared/domain/fixing/fixing.ts'
import type { Problem } from '../../shared/domain/problem.ts'
import type { Progress, Receipt, Run, StepState } from '../../shared/domain/runs/run.ts'
import { formatBytes, formatCount, formatDuration } from '../../shared/domain/sizes.ts'
import { receiptText } from './receipt.ts'
import { visible, visibleLines } from './visible.ts'

/** What a command has to say: people read text, machines one JSON object a line. */
export interface Output {
  /** An answer of several fields a row. */
  table(head: string[], rows: string[][], objects: readonly object[]): void
  /** Plain text that is the answer itself. */
  text(text: string, object: object): void
  /** One more snapshot of a run on its way. */
  progress(run: Run): void
  /** How far something is that is no run. */
  bar(name: string, progress: Progress): void
  /** With what is wrong with the rows that it holds back. */
  receipt(receipt: Receipt, held: readonly HeldGroup[]): void
  /** Something about a run that a person should see, though it goes on. */
  warning(runId: string, message: string): void
  /** Something to know on the side; never on stdout. */
  note(text: string): void
  problem(problem: Problem): void
}

export interface Streams {
  out: { write(text: string): unknown }
  err: NodeJS.WriteStream
}

export function openOutput(json: boolean, streams: Streams): Output {
  return json ? jsonOutput(streams) : textOutput(streams)
}

function jsonOutput({ out, err }: Streams): Output {
  const line = (object: object): void => void out.write(`${jsonText(object)}\n`)
  const aside = (text: string): void => void err.write(`${visible(text)}\n`)
  const steps = new StepChanges()
  return {
    table: (_head, _rows, objects) => objects.forEach(line),
    text: (_text, object) => line(object),
    progress: (run) => {
      for (const change of steps.since(run)) line({ event: 'step', runId: run.id, ...change })
      const current = run.steps.find((step) => step.state === 'running')
      if (current?.progress)
        line({ event: 'progress', runId: run.id, step: current.name, ...current.progress })
    },
    bar: (name, progress) => line({ event: 'progress', step: name, ...progress }),
    receipt: (receipt) => line(receipt),
    warning: (runId, message) => {
      line({ event: 'warning', runId, message })
      aside(message)
    },
    note: aside,
    problem: (problem) => {
      line({ event: 'error', problem: problem.data })
      aside(`pallet: ${problem.message}`)
    },
  }
}

/** JSON leaves the upper control characters as they are, and a terminal obeys them. */
function jsonText(object: object): string {
  return JSON.stringify(object).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}

/** Whatever is said goes through `answer` or `aside`: names and texts of others must not steer the terminal. */
function textOutput({ out, err }: Streams): Output {
  const steps = new StepChanges()
  let bar: SingleBar | null = null
  let waitedFor: string | null = null
  const clear = (): void => {
    bar?.stop()
    bar = null
  }
  const answer = (text: string): void => {
    clear()
    out.write(`${visibleLines(text)}\n`)
  }
  const aside = (text: string): void => {
    clear()
    err.write(`${visible(text)}\n`)
  }
  const showBar = (name: string, progress: Progress): void => {
    if (!err.isTTY) return
    const { bytesDone, bytesTotal, rowsDone, rowsTotal, bytesPerSecond, secondsLeft, doing } =
      progress
    bar ??= new SingleBar({
      stream: err,
      format: `  ${name.padEnd(7)} {bar} {detail}`,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
    })
    const byBytes = bytesTotal !== null
    const detail = [
      doing,
      byBytes ? `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}` : '',
      rowsDone > 0 ? `${formatCount(rowsDone)} rows` : '',
      bytesPerSecond === null ? '' : `${formatBytes(bytesPerSecond)}/s`,
      secondsLeft === null ? '' : `${formatDuration(secondsLeft * 1000)} left`,
    ]
    const total = byBytes ? bytesTotal : (rowsTotal ?? 0)
    const done = byBytes ? bytesDone : rowsDone
    const payload = { detail: visible(detail.filter((part) => part !== '').join(' · ')) }
    // A bar is full only when its step has ended, also when it is rounded to its forty characters.
    const shown = Math.min(done, total * 0.98)
    if (bar.isActive) {
      bar.setTotal(total)
      bar.update(shown, payload)
    } else bar.start(total, shown, payload)
  }
  return {
    table: (head, rows) => {
      const table = new CliTable({
        head: head.map(visibleLines),
        style: { head: [], border: [], compact: true },
        chars: plain,
      })
      table.push(...rows.map((row) => row.map(visibleLines)))
      answer(table.toString())
    },
    text: answer,
    progress: (run) => {
      for (const change of steps.since(run)) {
        clear()
        if (change.state === 'done')
          aside(`  ${change.step.padEnd(7)} ${formatDuration(change.ms ?? 0)}`)
      }
      const current = run.steps.find((step) => step.state === 'running')
      if (current?.progress != null) showBar(current.name, current.progress)
    },
    bar: showBar,
    receipt: (receipt, held) => {
      const { state, problem } = receipt
      const already = state === 'waiting' && problem !== null && problem.what === waitedFor
      answer(`\n${receiptText(receipt, held, already)}`)
      waitedFor = state === 'waiting' && problem !== null ? problem.what : null
    },
    warning: (_runId, message) => aside(`  Please look: ${message}`),
    note: aside,
    problem: (problem) => aside(`pallet: ${problem.message}`),
  }
}

/** Tells which steps have changed their state since the last snapshot of a run. */
class StepChanges {
  readonly #seen = new Map<string, StepState>()

  since(run: Run): { step: string; state: StepState; ms: number | null }[] {
    const changes: { step: string; state: StepState; ms: number | null }[] = []
    for (const step of run.steps) {
      const key = `${run.id} ${step.name}`
      if ((this.#seen.get(key) ?? 'pending') === step.state) continue
      this.#seen.set(key, step.state)
      changes.push({ step: step.name, state: step.state, ms: step.ms })
    }
    return changes
  }
}

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Whoever read the output has seen enough (`| head`): no error, for them or for us. */
export function isBrokenPipe(error: unknown): boolean {
  return errorCode(error) === 'EPIPE'
}
