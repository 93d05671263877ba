/**
 * What a room is given besides its input. A room stops within a second of `signal`, with the signal's reason.
 * `Answers` are what it may ask for, by question.
 */
export interface Control<Report, Answers extends object = object> {
  signal: AbortSignal
  /**
   * Counts grow, and fall only where the work starts over (a source that changed). Called as
   * often as convenient: what comes too fast is conflated on its way.
   */
  report(progress: Report): void
  ask<Question extends keyof Answers>(question: Question): Promise<Answers[Question]>
}
