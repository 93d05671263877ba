/** What `pallet serve` is told about who may sign in. */
import { text } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import { secretVariable } from '../../shared/domain/datasets/names.ts'
import { Role, roles } from '../../shared/domain/person.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Vault } from '../runs/ports/vault.ts'
import type { SignInSettings } from '../web/signIn.ts'

/** The secret of the client, in the vault and, as a variable, in the environment. */
const secretPlace = 'oidc/client'

export interface SignInOptions {
  publicUrl?: string
  oidcIssuer?: string
  oidcClient?: string
  oidcSecret?: true
  oidcClaim: string
  oidcRole?: SignInSettings['oidc']['roles']
}

export function withSignIn(serve: Command): Command {
  return serve
    .option('--public-url <https://…>', 'the address of the proxy in front, where people sign in')
    .option('--oidc-issuer <https://…>', 'with whom they sign in (OpenID Connect)')
    .option('--oidc-client <id>', 'as whom Pallet is registered there')
    .option(
      '--oidc-secret',
      `keep its secret, from standard input; or ${secretVariable(secretPlace)} has it`,
    )
    .option('--oidc-claim <name>', 'the claim that gives roles: roles, groups, a.b', 'roles')
    .addOption(
      new Option(
        '--oidc-role <role=value>',
        `who is ${roles.join(', ')}, as admin=IT; given once for each`,
      ).argParser((given, before: SignInOptions['oidcRole'] = []) => [...before, roleOf(given)]),
    )
}

/** Null: nobody signs in. Throws `usage` for settings that are not whole. */
export async function signInSettings(
  options: SignInOptions,
  vault: Vault,
): Promise<SignInSettings | null> {
  const { publicUrl, oidcIssuer, oidcClient, oidcRole = [] } = options
  const isAsked = [publicUrl, oidcIssuer, oidcClient, options.oidcSecret].some(Boolean)
  if (!isAsked && oidcRole.length === 0) return null
  if (publicUrl === undefined || oidcIssuer === undefined || oidcClient === undefined)
    throw wrong(
      'To sign in takes --public-url, --oidc-issuer and --oidc-client together.',
      'Give all three; docs/serve-for-several.md shows how.',
    )
  if (oidcRole.length === 0)
    throw wrong(
      'Nobody would have a role, and so nobody could come in.',
      'Say who is what, as --oidc-role admin=IT: a value of the claim that --oidc-claim names.',
    )
  const at = URL.parse(publicUrl)
  if (at === null || at.protocol !== 'https:' || at.href !== `${at.origin}/`)
    throw wrong(
      `“${publicUrl}” is not an address at which people can sign in.`,
      'It begins with https:// and has no path, as https://pallet.shop.example.',
    )
  const issuer = URL.parse(oidcIssuer)
  if (issuer === null || !isSafe(issuer))
    throw wrong(
      `“${oidcIssuer}” is not the address of an issuer.`,
      'It begins with https:// and is what comes before /.well-known/openid-configuration.',
    )
  if (options.oidcSecret === true) await vault.set(secretPlace, (await text(process.stdin)).trim())
  return {
    publicUrl: at,
    oidc: {
      issuer,
      client: oidcClient,
      secret: await vault.get(secretPlace),
      claim: options.oidcClaim,
      roles: oidcRole,
    },
  }
}

/** Without TLS on this computer alone, where a Keycloak is tried. */
const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname))

function roleOf(given: string): { role: Role; value: string } {
  const [name, ...rest] = given.split('=')
  const { data: role } = Role.safeParse(name)
  const value = rest.join('=')
  if (role !== undefined && value !== '') return { role, value }
  throw wrong(
    `“${given}” gives nobody a role.`,
    `Say ${roles.join(', ')} and a value of the claim, as operator=Shop.`,
  )
}

function wrong(what: string, advice: string): Problem {
  return new Problem({ code: 'usage', what, did: 'Nothing was started.', advice })
}
