/** Where the window stood last, where it can stand again. */
import type { BrowserWindow, Display, Rectangle } from 'electron'
import { z } from 'zod'

export const WindowPlace = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }),
  maximized: z.boolean(),
})
export type WindowPlace = z.infer<typeof WindowPlace>

/** So much of the title bar must be on a screen that a hand can take hold of it. */
const grip = { width: 120, height: 32 }

/**
 * The bounds, made to fit the display that shows most of their title bar; null where none shows
 * enough of it to move the window by, because a screen has gone or become smaller.
 */
export function usableBounds(
  bounds: Rectangle,
  displays: readonly Pick<Display, 'workArea'>[],
): Rectangle | null {
  const title = { ...bounds, height: grip.height }
  let best: { area: Rectangle; shown: Rectangle } | null = null
  for (const { workArea } of displays) {
    const shown = overlap(title, workArea)
    if (best === null || sizeOf(shown) > sizeOf(best.shown)) best = { area: workArea, shown }
  }
  if (best === null || best.shown.width < Math.min(grip.width, bounds.width)) return null
  if (best.shown.height < grip.height) return null
  return {
    x: bounds.x,
    y: bounds.y,
    width: Math.min(bounds.width, best.area.width),
    height: Math.min(bounds.height, best.area.height),
  }
}

function overlap(a: Rectangle, b: Rectangle): Rectangle {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  return {
    x,
    y,
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y),
  }
}

function sizeOf({ width, height }: Rectangle): number {
  return width * height
}

/** Tells where the window stands whenever it may be the last time: it is closed, or goes out of sight. */
export function followPlace(
  window: Pick<BrowserWindow, 'on' | 'getNormalBounds' | 'isMaximized' | 'isDestroyed'>,
  save: (place: WindowPlace) => void,
): void {
  const tell = (): void => {
    if (window.isDestroyed()) return
    save({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }
  window.on('close', tell)
  window.on('hide', tell)
  // Windows ends a session without closing windows.
  window.on('session-end', tell)
}
