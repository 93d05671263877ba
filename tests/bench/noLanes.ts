/** Stands in for main/upload/blocks/md5Lanes.ts on a processor without SIMD. */
export const md5Lanes = (): null => null
