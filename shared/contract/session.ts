/** How a window in a browser comes in, and what it shows from then on. */

/** `POST` with the token of the printed address, or with the key: the answer's body is the session's key. */
export const sessionPath = '/session'
/** Where a tab is led to who is to sign in, and comes back to; only where people sign in. */
export const signInPath = '/sign-in'
export const signedInPath = '/signed-in'
/** `POST` ends the session. */
export const signOutPath = '/sign-out'
/** The WebSocket of the contract. */
export const rpcPath = '/rpc'
/** What the WebSocket speaks; the key is offered beside it and never answered. */
export const rpcSubprotocol = 'pallet'

export const authorization = (secret: string) => ({ Authorization: `Bearer ${secret}` })
export const subprotocols = (key: string): string[] => [rpcSubprotocol, `bearer.${key}`]
