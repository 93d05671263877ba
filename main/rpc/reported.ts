import type { UploadReport } from '../../shared/contract/contract.ts'
import type { Progress } from '../../shared/domain/run.ts'

/** How work that tells of itself by calls is told to. */
export interface Reporting {
  report: (progress: Progress) => void
  warn: (message: string) => void
}

/** The reports of work as a stream, which ends with its result. */
export async function* reported<T>(
  work: (control: Reporting) => Promise<T>,
): AsyncGenerator<UploadReport, T, void> {
  // The last one wakes without a report.
  const reports: (UploadReport | null)[] = []
  let wake = (): void => {}
  const tell = (report: UploadReport | null): void => {
    reports.push(report)
    wake()
  }
  const result = work({
    report: (progress) => tell({ kind: 'progress', progress }),
    warn: (message) => tell({ kind: 'warning', message }),
  }).finally(() => tell(null))
  // It is awaited below, when the reports of before are told.
  result.catch(() => {})
  for (;;) {
    await new Promise<void>((resolve) => {
      wake = resolve
      if (reports.length > 0) resolve()
    })
    for (const report of reports.splice(0))
      if (report === null) return await result
      else yield report
  }
}
