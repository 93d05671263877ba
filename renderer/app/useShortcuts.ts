import { useEffect } from 'react'
import { commands, isPressed, useCommands } from '../core/commands.ts'
import { createStore } from '../core/store.ts'
import { goTo } from '../ui/useRoute.ts'
import { usePlaces } from './places.tsx'

/** Which of the two dialogs over everything is open, and where the focus was before. */
export const overlay = createStore<{ shown: 'palette' | 'keys'; from: Element | null } | null>(null)

export function openOverlay(shown: 'palette' | 'keys'): void {
  overlay.set({ shown, from: document.activeElement })
}

/** The focus returns to where it was, before anything else is done. */
export function closeOverlay(): void {
  const from = overlay.get()?.from
  overlay.set(null)
  setTimeout(() => {
    if (from instanceof HTMLElement && from.isConnected) from.focus()
  })
}

const always = [
  {
    title: 'All commands',
    keys: { with: 'ctrl' as const, key: 'k' },
    run: () => openOverlay('palette'),
  },
  { title: 'Open log', run: () => goTo({ page: 'settings', log: true }) },
  { title: 'Keys', keys: { with: 'none' as const, key: '?' }, run: () => openOverlay('keys') },
]

/** Runs the command whose keys are pressed. A field keeps what is typed in it, and a dialog all keys. */
export function useShortcuts(): void {
  useCommands([
    ...usePlaces().map(({ label, route, key }) => ({
      title: `Go to ${label}`,
      keys: { with: 'alt' as const, key },
      run: () => goTo(route),
    })),
    ...always,
  ])
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role$="dialog"]') !== null) return
      const command = commands
        .get()
        .find(({ keys }) => keys !== undefined && isPressed(keys, event))
      if (command?.keys === undefined) return
      if (command.keys.with !== 'ctrl' && isField(event.target)) return
      event.preventDefault()
      command.run()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable]') !== null
  )
}
