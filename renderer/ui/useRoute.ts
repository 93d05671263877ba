import { useSyncExternalStore } from 'react'
import { hrefOf, parseRoute, type Route } from './route.ts'

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash))
}

export function goTo(route: Route): void {
  window.location.hash = hrefOf(route)
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
