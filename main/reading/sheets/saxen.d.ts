/** saxen comes without types; these are of what is used of it. */
declare module 'saxen' {
  export class Parser {
    on(
      event: 'openTag',
      handle: (name: string, attributes: () => Record<string, string>) => void,
    ): this
    on(event: 'closeTag', handle: (name: string) => void): this
    on(event: 'text' | 'cdata' | 'attention', handle: (text: string) => void): this
    on(event: 'error', handle: (error: Error) => void): this
    write(piece: string): this
    /** The error, if there was one. */
    end(): Error | null | undefined
  }
}
