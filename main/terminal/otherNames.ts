import { createHash } from 'node:crypto'

/**
 * What a dataset is called in another program, which takes only the characters that `others` does not match. A name that has others gets a
 * sum, so that no two datasets share one.
 */
export function nameElsewhere(dataset: string, others: RegExp): string {
  const plain = dataset.replace(others, '_')
  const sum = createHash('sha256').update(dataset).digest('hex').slice(0, 8)
  return plain === dataset ? `pallet_${plain}` : `pallet_${plain}_${sum}`
}
