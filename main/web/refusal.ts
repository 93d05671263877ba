/** What someone sees who is not let in. Says what to do, and nothing about the data. */
import type { Refusal } from './entrance.ts'

export function refusalText(because: Refusal): string {
  switch (because) {
    case 'no key':
      return 'Open Pallet from the address it printed when it started.'
    case 'wrong key':
      return 'This window belongs to an earlier start of Pallet. Open the address it printed last.'
    case 'used token':
      return 'This address has already been opened in another browser. Use that browser, or start Pallet again for a new address.'
    case 'signed out':
      return 'You are not signed in to Pallet, or not any more.'
    case 'without TLS':
      return 'Pallet answers by https alone. Check the address, and that whoever is in front of Pallet takes no http.'
    case 'foreign host':
      return 'Pallet answers only under the address it printed.'
    case 'foreign page':
      return 'Pallet does not answer other web pages. Type or paste the address it printed.'
    case 'malformed address':
      return 'Pallet does not understand this address.'
  }
}

export const refusalPage = (because: Refusal): string =>
  plainPage('Pallet is running', refusalText(because))

/** A page that is not the window. `text` may come from outside. `link`: what to do next. */
export function plainPage(
  title: string,
  text: string,
  link?: { href: string; words: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pallet</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem; color: #242424; background: #fafafa }
@media (prefers-color-scheme: dark) { body { color: #f0f0f0; background: #1f1f1f } a { color: #62abf5 } }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
${link === undefined ? '' : `<p><a href="${escaped(link.href)}">${escaped(link.words)}</a></p>\n`}</main>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
