/**
 * The address the browser must have asked for. A page under a foreign name that resolves
 * to 127.0.0.1 (DNS rebinding) still sends its own name as Host, and a page on another
 * port of this computer sends its own Origin, so both are compared exactly.
 */
export class OwnAddress {
  readonly #hosts: ReadonlySet<string>
  /** What is printed and opened. */
  readonly origin: string

  constructor(port: number) {
    this.origin = new URL(`http://127.0.0.1:${port}`).origin
    this.#hosts = new Set([new URL(this.origin).host, new URL(`http://localhost:${port}`).host])
  }

  isHost(host: string | undefined): host is string {
    return host !== undefined && this.#hosts.has(host)
  }

  /** Whether a page of this very host sent the request: `localhost` and `127.0.0.1` are two origins. */
  isOrigin(origin: string | undefined, host: string): boolean {
    return this.isHost(host) && origin === `http://${host}`
  }
}
