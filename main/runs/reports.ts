/** Tells a report; resolves when whoever listens has taken it. */
export type Tell<Report> = (report: Report) => Promise<void>

/** The reports of work as a stream, which ends with its result. Told to end early, it stops the work. */
export async function* reportsOf<Report, Result>(
  signal: AbortSignal,
  work: (tell: Tell<Report>, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Report, Result, void> {
  const told: { report: Report; taken: () => void }[] = []
  const left = new AbortController()
  let wake = (): void => {}
  let isDone = false
  const tell: Tell<Report> = (report) =>
    new Promise((taken) => {
      told.push({ report, taken })
      wake()
    })
  const result = work(tell, AbortSignal.any([signal, left.signal])).finally(() => {
    isDone = true
    wake()
  })
  // It is awaited below, when the reports of before are told.
  result.catch(() => {})
  try {
    for (;;) {
      for (const { report, taken } of told.splice(0)) {
        yield report
        taken()
      }
      if (told.length > 0) continue
      if (isDone) return await result
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    left.abort()
    for (const { taken } of told) taken()
  }
}
