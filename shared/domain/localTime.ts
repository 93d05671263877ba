/** A time of this computer's clock: `2026-11-22 14:03:20`, where it stands in a sentence or in a terminal. */
export function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE')
}

/** A day of this computer’s calendar: `2026-11-22`. */
export function localDay(at: Date): string {
  return at.toLocaleDateString('sv-SE')
}

/** Of this computer, as IANA calls it: `Europe/Berlin`. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}

/** To make one takes a thousand times as long as to use it. */
const walls = new Map<string, Intl.DateTimeFormat>()

/** Day and time as a calendar and a clock in this zone show them: `2026-11-22` and `14:03`. */
export function onTheWall(at: Date, zone: string): { day: string; time: string } {
  let wall = walls.get(zone)
  if (wall === undefined) {
    wall = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    })
    walls.set(zone, wall)
  }
  const [day = '', time = ''] = wall.format(at).split(' ')
  return { day, time }
}
