import { createContext, useContext, useSyncExternalStore } from 'react'
import type { ChosenFiles } from './chosenFiles.ts'
import type { Client, Host } from './host.ts'
import type { LineState } from './line.ts'

/** What every screen may reach: the core, and the files chosen but not sent yet. */
export interface Core {
  host: Host
  files: ChosenFiles
}

export const CoreContext = createContext<Core | null>(null)

export function useCore(): Core {
  const core = useContext(CoreContext)
  if (core === null) throw new Error('CoreContext is missing')
  return core
}

export function useClient(): Client {
  return useCore().host.client
}

export function useLine(): LineState {
  const { line } = useCore().host
  return useSyncExternalStore(line.subscribe, line.get)
}
