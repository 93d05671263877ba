/** Hears reports to their end, and answers what they end with. */
export async function heard<Report, Result>(
  reports: AsyncIterable<Report, Result, void> | AsyncIterator<Report, Result, void>,
  hear: (report: Report) => void,
): Promise<Result> {
  const iterator = Symbol.asyncIterator in reports ? reports[Symbol.asyncIterator]() : reports
  for (;;) {
    const next = await iterator.next()
    if (next.done === true) return next.value
    hear(next.value)
  }
}
