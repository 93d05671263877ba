/** Sales as tills would tell them, made from a seed: the same seed makes the same sales, but for their time. */

interface Sale {
  id: number
  product: string
  quantity: number
  /** Of one, in the currency, with two digits. */
  price: number
  sales_time: string
}

/** What can be wrong with a message, and what it makes of a sale. */
const spoiled = {
  'cut-off': (sale) => JSON.stringify(sale).slice(0, -12),
  'no-json': () => 'ERR 17 PRINTER OUT OF PAPER',
  'quantity-in-words': (sale) => JSON.stringify({ ...sale, quantity: 'two' }),
  'no-price': (sale) => JSON.stringify({ ...sale, price: undefined }),
  'no-text': () => Buffer.from([0xff, 0xfe, 0x00, 0x9f]),
  empty: () => null,
} as const satisfies Record<string, (sale: Sale) => string | Buffer | null>
export type Defect = keyof typeof spoiled
const defects = Object.keys(spoiled) as Defect[]

export interface Message {
  id: number
  key: string
  value: Buffer | null
  defect: Defect | null
}

/** What is bought most stands first. */
const goods: readonly [product: string, cents: number][] = [
  ['Milk 1 l', 129],
  ['Bread', 279],
  ['Bananas 1 kg', 189],
  ['Eggs 10', 319],
  ['Butter 250 g', 249],
  ['Coffee 500 g', 699],
  ['Apples 1 kg', 299],
  ['Tomatoes 500 g', 199],
  ['Water 6 × 1.5 l', 279],
  ['Yoghurt', 89],
  ['Cheese 400 g', 449],
  ['Pasta 500 g', 119],
  ['Rice 1 kg', 249],
  ['Minced beef 500 g', 549],
  ['Orange juice 1 l', 229],
  ['Chocolate', 139],
  ['Toilet paper 10', 479],
  ['Washing powder', 899],
  ['Beer 6 × 0.5 l', 649],
  ['Wine 0.75 l', 799],
]

/** `share` (0–1) of the messages have something wrong with them. */
export function tillsOf(
  seed: number,
  stores: number,
  share: number,
): () => Omit<Message, 'value'> & {
  value: (at: Date) => Buffer | null
} {
  const random = randomFrom(seed)
  const upTo = (count: number): number => Math.floor(random() * count)
  let nth = 0
  return () => {
    nth += 1
    // The lower of two draws: what stands first comes more often.
    const [product, cents] = goods[Math.min(upTo(goods.length), upTo(goods.length))] ?? [
      'Bread',
      279,
    ]
    const store = Math.min(upTo(stores), upTo(stores)) + 1
    const quantity = random() < 0.7 ? 1 : 2 + upTo(4)
    const price = Math.round(cents * (random() < 0.1 ? 0.8 : 1)) / 100
    const isSpoiled = random() < share
    const defect = isSpoiled ? (defects[upTo(defects.length)] ?? null) : null
    const id = seed * 1_000_000_000 + nth
    return {
      id,
      key: `store-${String(store).padStart(3, '0')}`,
      defect,
      value: (at) => {
        const sale: Sale = { id, product, quantity, price, sales_time: at.toISOString() }
        const value = defect === null ? JSON.stringify(sale) : spoiled[defect](sale)
        return typeof value === 'string' ? Buffer.from(value) : value
      },
    }
  }
}

/** Mulberry32: numbers from 0 to 1 (without 1). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
