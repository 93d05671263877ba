/** The headers that stand in a text, a line each as `name=value`; null: a line is none, or a name stands twice. */
export function headersIn(text: string): Record<string, string> | null {
  const headers = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [name = '', ...value] = line.split('=')
    if (name.trim() === '' || value.length === 0 || headers.has(name.trim())) return null
    headers.set(name.trim(), value.join('=').trim())
  }
  return Object.fromEntries(headers)
}
