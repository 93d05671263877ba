import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Theme } from '../../shared/domain/settings.ts'
import { useClient } from '../core/core.tsx'
import { settingsQuery } from '../core/queries.ts'

/** Paper is always light. */
const screens: Record<Theme, MediaQueryList> = {
  system: window.matchMedia('screen and (prefers-color-scheme: dark)'),
  light: window.matchMedia('not all'),
  dark: window.matchMedia('screen'),
}

/** Whether the colours that are set, else those of the system, are dark. */
export function useDark(): boolean {
  const { data } = useQuery(settingsQuery(useClient()))
  const screen = screens[data?.theme ?? 'system']
  return useSyncExternalStore(
    (listener) => {
      screen.addEventListener('change', listener)
      return () => screen.removeEventListener('change', listener)
    },
    () => screen.matches,
  )
}
