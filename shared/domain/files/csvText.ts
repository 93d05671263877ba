import { harmless } from '../fixing/fixing.ts'

/** As spreadsheets read it: quoted where it has to be. What one would run as a formula begins with an apostrophe. */
export function csvOf(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string {
  const cell = (text: string | null): string => {
    const safe = harmless(text ?? '')
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}
