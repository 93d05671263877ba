/**
 * The address the browser must have asked for. A page under a foreign name that resolves
 * to 127.0.0.1 (DNS rebinding) still sends its own name as Host, and a page on another
 * port of this computer sends its own Origin, so both are compared exactly.
 */
export class OwnAddress {
  /** Each host with the origin of its pages: `localhost` and `127.0.0.1` are two. */
  readonly #origins: ReadonlyMap<string, string>
  /** What is printed and opened. */
  readonly origin: string
  /** Whether whoever is in front takes requests by TLS alone. */
  readonly isPublic: boolean

  private constructor(origins: readonly [string, ...string[]], isPublic: boolean) {
    this.origin = origins[0]
    this.isPublic = isPublic
    this.#origins = new Map(origins.map((origin) => [new URL(origin).host, origin]))
  }

  static onLoopback(port: number): OwnAddress {
    const at = (name: string) => new URL(`http://${name}:${port}`).origin
    return new OwnAddress([at('127.0.0.1'), at('localhost')], false)
  }

  /** The one address under which a proxy in front is reached, by TLS. */
  static behindProxy(publicUrl: URL): OwnAddress {
    return new OwnAddress([publicUrl.origin], true)
  }

  isHost(host: string | undefined): host is string {
    return host !== undefined && this.#origins.has(host)
  }

  /** Whether a page of this very host sent the request. */
  isOrigin(origin: string | undefined, host: string): boolean {
    return origin !== undefined && this.#origins.get(host) === origin
  }

  /** Where its pages open WebSockets; empty for a host that is not ours. */
  socketsOf(host: string | undefined): string {
    return (this.#origins.get(host ?? '') ?? '').replace(/^http/, 'ws')
  }
}
