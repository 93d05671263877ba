import { useEffect } from 'react'
import { createStore } from './store.ts'

/** One thing a person can do by name or by key: the palette, the keys and the list of keys all come from here. */
export interface Command {
  /** In the words of the button that does the same. */
  title: string
  keys?: Keys
  run: () => void
}

export interface Keys {
  /** `ctrl`: Cmd on a Mac. `none`: the character itself, which is never taken from a field. */
  with: 'ctrl' | 'alt' | 'none'
  /** As `KeyboardEvent.key` without Shift names it; a digit means the row above the letters. */
  key: string
}

/** What can be done now, in the order in which it is offered: what belongs to the page, then what is always there. */
export const commands = createStore<readonly Command[]>([])

/** Offers commands for as long as the caller is on screen. */
export function useCommands(offered: readonly Command[]): void {
  // Each picture of the caller has its own functions.
  useEffect(() => {
    commands.set([...offered, ...commands.get()])
    return () => commands.set(commands.get().filter((command) => !offered.includes(command)))
  })
}

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether these are the keys that were pressed. */
export function isPressed(keys: Keys, press: Press): boolean {
  const { ctrlKey, metaKey, altKey } = press
  // With Alt a Mac types other characters on the digits.
  const isKey =
    press.key.toLowerCase() === keys.key.toLowerCase() || press.code === `Digit${keys.key}`
  switch (keys.with) {
    case 'ctrl':
      return isKey && ctrlKey !== metaKey && !altKey
    case 'alt':
      return isKey && altKey && !ctrlKey && !metaKey
    case 'none':
      return press.key === keys.key && !ctrlKey && !metaKey && !altKey
  }
}

/** `Ctrl+K`, or `⌘K` on a Mac. */
export function keyWords(keys: Keys, isMac = navigator.userAgent.includes('Mac OS')): string {
  const marks = isMac ? { ctrl: '⌘', alt: '⌥', none: '' } : { ctrl: 'Ctrl+', alt: 'Alt+', none: '' }
  return marks[keys.with] + (keys.key.length === 1 ? keys.key.toUpperCase() : keys.key)
}
