/** What someone sees who is not let in. Says what to do, and nothing about the data. */
import type { Refusal } from './gate.ts'

export function refusalText(because: Refusal): string {
  switch (because) {
    case 'no key':
      return 'Open Pallet from the address it printed when it started.'
    case 'wrong key':
      return 'This window belongs to an earlier start of Pallet. Open the address it printed last.'
    case 'used token':
      return 'This address has already been opened in another browser. Use that browser, or start Pallet again for a new address.'
    case 'foreign host':
      return 'Pallet answers only under the address it printed.'
    case 'foreign page':
      return 'Pallet does not answer other web pages. Type or paste the address it printed.'
    case 'malformed address':
      return 'Pallet does not understand this address.'
  }
}

export function refusalPage(because: Refusal): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pallet</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem; color: #242424; background: #fafafa }
@media (prefers-color-scheme: dark) { body { color: #f0f0f0; background: #1f1f1f } }
</style>
</head>
<body>
<main>
<h1>Pallet is running</h1>
<p>${refusalText(because)}</p>
</main>
</body>
</html>
`
}
