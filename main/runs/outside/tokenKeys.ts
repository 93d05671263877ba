/** The key by which this home makes tokens: in the vault, made when it is first needed; its id tells it from others. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Problem } from '../../../shared/domain/problem.ts'
import { secretVariable } from '../../../shared/domain/datasets/names.ts'
import type { TokenKey } from '../ports/outside.ts'
import type { SettingsRepository } from '../ports/store.ts'
import type { Vault } from '../ports/vault.ts'

/** Its name in the vault; no connection can be called so. */
const place = 'tokens/key'
export const tokenKeyVariable = secretVariable(place)
/** Fewer could be tried out. */
const leastCharacters = 32
/** What HMAC-SHA-256 works on at once, in bytes. */
const blockBytes = 64

export interface TokenKeysParts {
  vault: Vault
  /** Of the home; null: it is not open, and a key that it does not have is not made. */
  settings: Pick<SettingsRepository, 'tokenKey' | 'saveTokenKey'> | null
}

export class TokenKeys {
  readonly #parts: TokenKeysParts
  #making: Promise<string> | null = null

  constructor(parts: TokenKeysParts) {
    this.#parts = parts
  }

  /** The id of the key that this home has; null: it has made none yet. */
  get id(): string | null {
    return this.#parts.settings?.tokenKey() ?? null
  }

  /**
   * The key. `wanted`: ids of the keys for which steps were made. Throws `credential-missing` where the vault does not have it any
   * more, has another one, or can keep none.
   */
  async key(wanted: readonly string[]): Promise<TokenKey> {
    const secret = await (this.#making ??= this.#secret(wanted).finally(() => {
      this.#making = null
    }))
    const id = idOf(secret)
    const other = wanted.find((one) => one !== id)
    if (other !== undefined) throw missing(other)
    return padded(secret)
  }

  async #secret(wanted: readonly string[]): Promise<string> {
    const { vault, settings } = this.#parts
    const known = this.id
    const kept = await vault.get(place)
    if (kept !== null) {
      if (kept.length < leastCharacters) throw tooShort()
      if (known !== null && known !== idOf(kept)) throw missing(known)
      if (known === null) settings?.saveTokenKey(idOf(kept))
      return kept
    }
    const [expected = null] = [known, ...wanted].filter((id) => id !== null)
    if (expected !== null) throw missing(expected)
    // Tokens of a key that is forgotten when Pallet ends would fit no others.
    if (vault.persistence === 'memory' || settings === null) throw notKept()
    const made = randomBytes(32).toString('base64url')
    await vault.set(place, made)
    settings.saveTokenKey(idOf(made))
    return made
  }
}

/** Twelve hexadecimal digits that tell a key from others, and nothing of it. */
function idOf(secret: string): string {
  return createHmac('sha256', secret).update('the id of this key').digest('hex').slice(0, 12)
}

/** RFC 2104: a longer key is hashed first. */
function padded(secret: string): TokenKey {
  const bytes = Buffer.from(secret, 'utf8')
  const block = Buffer.alloc(blockBytes)
  const key = bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes
  key.copy(block)
  const pad = (byte: number): string => Buffer.from(block.map((one) => one ^ byte)).toString('hex')
  return { inner: pad(0x36), outer: pad(0x5c) }
}

function missing(id: string): Problem {
  return new Problem({
    code: 'credential-missing',
    what: `The key ${id}, by which the tokens of this dataset are made, is not on this computer.`,
    did: 'No token was made, for with another key the same value would become another token.',
    advice: `Start Pallet with the key in ${tokenKeyVariable}. It is in the keychain of the computer on which the step was added, under “pallet”, at the name that ends in “${place}”.`,
  })
}

function notKept(): Problem {
  return new Problem({
    code: 'credential-missing',
    what: 'Tokens are made with a key, and Pallet has none here that it could keep in a keychain.',
    did: 'No token was made, for tomorrow the same value would become another one.',
    advice: `Think of a secret of at least ${leastCharacters} characters, keep it in a safe place, and start Pallet with it in ${tokenKeyVariable}.`,
  })
}

function tooShort(): Problem {
  return new Problem({
    code: 'credential-missing',
    what: `The key in ${tokenKeyVariable} has fewer than ${leastCharacters} characters, and so could be guessed.`,
    did: 'No token was made.',
    advice: 'Start Pallet with a longer one.',
  })
}
