/** Part of the page in development only: a core that was started again brings its window along. */
const lookMs = 1000

import.meta.hot?.on('vite:ws:disconnect', () => {
  const look = (): void => {
    fetch('/healthz').then(
      () => window.location.reload(),
      () => setTimeout(look, lookMs),
    )
  }
  look()
})
