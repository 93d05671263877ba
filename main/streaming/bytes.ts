const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** As text, or in Base64 where it is none. */
export function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return `base64:${bytes.toString('base64')}`
  }
}
