/** Text from bytes, in every encoding that Pallet reads. */

/** As `TextDecoder`: what is no text becomes U+FFFD. */
export interface Decoder {
  decode(bytes: Uint8Array, options?: { stream?: boolean }): string
}

/** The upper halves of the code pages of DOS, which `TextDecoder` does not know. Source: Unicode's mapping tables of IBM. */
const dosPages: Readonly<Record<string, string>> = {
  ibm437:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ibm850:
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
}

/** Bytes at the end that are no whole character are left out. */
function utf32Text(bytes: Buffer, isBigEndian: boolean): string {
  let text = ''
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)
    const isNone = point > 0x10_ffff || (point >= 0xd800 && point < 0xe000)
    text += isNone ? '\uFFFD' : String.fromCodePoint(point)
  }
  return text
}

/** `encoding`: one of those of a dialect. */
export function decoderOf(encoding: string): Decoder {
  if (encoding === 'utf-32le' || encoding === 'utf-32be')
    return { decode: (bytes) => utf32Text(Buffer.from(bytes), encoding === 'utf-32be') }
  const upper = dosPages[encoding]
  if (upper === undefined) return new TextDecoder(encoding, { ignoreBOM: true })
  return {
    decode: (bytes) =>
      Array.from(bytes, (byte) =>
        byte < 0x80 ? String.fromCharCode(byte) : upper.charAt(byte - 0x80),
      ).join(''),
  }
}
