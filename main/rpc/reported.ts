import type { UploadReport } from '../../shared/contract/contract.ts'
import type { Progress } from '../../shared/domain/runs/run.ts'
import { reportsOf } from '../runs/reports.ts'

/** How work that tells of itself by calls is told to. */
export interface Reporting {
  signal: AbortSignal
  report: (progress: Progress) => void
  warn: (message: string) => void
}

/** The reports of work as a stream, which ends with its result. */
export function reported<T>(
  signal: AbortSignal,
  work: (control: Reporting) => Promise<T>,
): AsyncGenerator<UploadReport, T, void> {
  return reportsOf(signal, (tell: (report: UploadReport) => Promise<void>, both) =>
    work({
      signal: both,
      report: (progress) => void tell({ kind: 'progress', progress }),
      warn: (message) => void tell({ kind: 'warning', message }),
    }),
  )
}
