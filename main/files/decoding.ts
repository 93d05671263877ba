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

/** `encoding`: one of those of a dialect. */
export function decoderOf(encoding: string): Decoder {
  const upper = dosPages[encoding]
  if (upper === undefined) return new TextDecoder(encoding, { ignoreBOM: true })
  return {
    decode: (bytes) =>
      Array.from(bytes, (byte) =>
        byte < 0x80 ? String.fromCharCode(byte) : upper.charAt(byte - 0x80),
      ).join(''),
  }
}
