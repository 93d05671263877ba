/** Who works with Pallet, and what they may do. */
import { z } from 'zod'

/** Each may do all that those before it may. */
export const roles = ['operator', 'steward', 'admin'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

export const Person = z.object({
  /** As whoever they sign in with knows them; empty: the owner of this home, whom the operating system knows. */
  name: z.string(),
  /** By which the issuer tells them from others of that name; empty for the owner. */
  id: z.string(),
  role: Role,
})
export type Person = z.infer<typeof Person>

/** Whoever has started this Pallet, or shows its key: the home is theirs. */
export const owner: Person = { name: '', id: '', role: 'admin' }

/** As what they do is written down; empty for the owner. */
export const signedName = ({ name, id }: Person): string => (id === '' ? '' : `${name} (${id})`)

export const isEnough = (role: Role, needed: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed)

/** Who may do what a role may: “a steward or an admin”. */
export function whoMay(needed: Role): string {
  const words = { operator: 'an operator', steward: 'a steward', admin: 'an admin' }
  const all = roles.filter((role) => isEnough(role, needed)).map((role) => words[role])
  const last = all.at(-1) ?? ''
  return all.length === 1 ? last : `${all.slice(0, -1).join(', ')} or ${last}`
}
