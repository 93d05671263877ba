import { readFile, writeFile } from 'node:fs/promises'

const file = new URL('RESULTS.md', import.meta.url)

/** Puts a section in the place of the earlier one of its title, or at the end; the other benchmarks' stay. */
export async function writeSection(title: string, lines: readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const sections = text.split(/^(?=# )/m).filter((section) => section.trim() !== '')
  const written = `# ${title}\n\n${lines.join('\n').trimEnd()}\n`
  const at = sections.findIndex((section) => section.startsWith(`# ${title}\n`))
  if (at === -1) sections.push(written)
  else sections[at] = written
  await writeFile(file, sections.map((section) => `${section.trimEnd()}\n`).join('\n'))
}
