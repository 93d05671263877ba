/** Streams that say something of the same rows, side by side. */

/** Something in the order of places, of which not every place has one. */
export class Ahead<Item> {
  readonly #items: AsyncIterator<Item>
  readonly #placeOf: (item: Item) => number
  #next: IteratorResult<Item> | null = null

  constructor(items: AsyncIterator<Item>, placeOf: (item: Item) => number) {
    this.#items = items
    this.#placeOf = placeOf
  }

  /** What is at the place; places are asked for in their order. */
  async at(place: number): Promise<Item | null> {
    this.#next ??= await this.#items.next()
    while (this.#next.done !== true && this.#placeOf(this.#next.value) < place)
      this.#next = await this.#items.next()
    if (this.#next.done === true || this.#placeOf(this.#next.value) !== place) return null
    return this.#next.value
  }
}

/** The cells of rows by their place from 1, where those that failed left none. */
export async function* placed(
  records: AsyncIterable<{ cells: string[] }>,
  failed: ReadonlySet<number>,
  width: number,
): AsyncGenerator<{ place: number; cells: string[] }> {
  let place = 0
  for await (const { cells } of records) {
    do place += 1
    while (failed.has(place))
    yield { place, cells: cells.slice(0, width) }
  }
}
