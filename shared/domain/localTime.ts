/** A time of this computer's clock: `2026-11-22 14:03:20`, where it stands in a sentence or in a terminal. */
export function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE')
}

/** A day of this computer’s calendar: `2026-11-22`. */
export function localDay(at: Date): string {
  return at.toLocaleDateString('sv-SE')
}
