import type { Rooms } from '../runs/ports/rooms.ts'

export type TaskName = keyof Rooms

/**
 * Threads, each started when first needed and kept. The warehouse is opened on one of them only: two engines open on one
 * file would each believe they own it. What is only looked at has files of its own, and threads, so that no run waits for it.
 */
export type Lane = 'reading' | 'preview' | 'look' | 'profile' | 'duckdb' | 'upload' | 'stream'

/**
 * Every task: its name, the thread it runs on, and the room that does it. A room is loaded by its first task,
 * so that a thread that only uploads never holds the analytics engine in memory.
 */
export const tasks: {
  readonly [Name in TaskName]: {
    readonly lane: Lane
    readonly load: () => Promise<Rooms[Name]>
    /** What a run asks for soon after it, on another thread, which is started and loads it meanwhile. */
    readonly soon?: TaskName
    /** It reports after every piece, and each report says all that those before it did. */
    readonly reportsOften?: true
  }
} = {
  fetch: {
    lane: 'reading',
    load: async () => (await import('../sources/fetch.ts')).fetchSource,
    soon: 'clean',
    reportsOften: true,
  },
  takeExtract: {
    lane: 'stream',
    load: async () => (await import('../sources/extract.ts')).takeExtract,
  },
  tryExtract: {
    lane: 'stream',
    load: async () => (await import('../sources/extract.ts')).tryExtract,
  },
  preview: { lane: 'preview', load: async () => (await import('../reading/preview.ts')).preview },
  readToLook: {
    lane: 'look',
    load: async () => (await import('../reading/read.ts')).readToLook,
    reportsOften: true,
  },
  page: { lane: 'preview', load: async () => (await import('../reading/look.ts')).page },
  find: { lane: 'preview', load: async () => (await import('../reading/look.ts')).find },
  cut: { lane: 'preview', load: async () => (await import('../reading/cut.ts')).cut },
  effect: { lane: 'look', load: async () => (await import('../cleaning/effect.ts')).effect },
  work: { lane: 'look', load: async () => (await import('../cleaning/work.ts')).work },
  select: { lane: 'look', load: async () => (await import('../cleaning/select.ts')).select },
  read: {
    lane: 'reading',
    load: async () => (await import('../reading/read.ts')).read,
    reportsOften: true,
  },
  clean: {
    lane: 'duckdb',
    load: async () => {
      const { loadEngine } = await import('../duckdb/engine.ts')
      const [{ clean }] = await Promise.all([import('../cleaning/clean.ts'), loadEngine()])
      return clean
    },
    soon: 'upload',
    reportsOften: true,
  },
  treat: { lane: 'duckdb', load: async () => (await import('../cleaning/treat.ts')).treat },
  handOver: {
    lane: 'duckdb',
    load: async () => (await import('../cleaning/elsewhere/handOver.ts')).handOver,
  },
  prepareThere: {
    lane: 'duckdb',
    load: async () => (await import('../cleaning/elsewhere/handOver.ts')).prepareThere,
  },
  cleanThere: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/clean.ts')).cleanThere,
  },
  removeThere: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/clean.ts')).removeThere,
  },
  bringHome: {
    lane: 'duckdb',
    load: async () => (await import('../cleaning/elsewhere/comeHome.ts')).bringHome,
  },
  compareDefinitions: {
    lane: 'profile',
    load: async () => (await import('../cleaning/compare.ts')).compareDefinitions,
  },
  comparedRows: {
    lane: 'look',
    load: async () => (await import('../cleaning/compare.ts')).comparedRows,
  },
  profile: {
    lane: 'profile',
    load: async () => (await import('../cleaning/profile.ts')).profile,
  },
  suggest: { lane: 'profile', load: async () => (await import('../cleaning/suggest.ts')).suggest },
  similar: { lane: 'profile', load: async () => (await import('../cleaning/similar.ts')).similar },
  upload: { lane: 'upload', load: async () => (await import('../upload/upload.ts')).upload },
  planUpload: {
    lane: 'upload',
    load: async () => (await import('../upload/dryRun.ts')).planUpload,
  },
  fetchBlob: {
    lane: 'upload',
    load: async () => (await import('../upload/fetchBlob.ts')).fetchBlob,
    reportsOften: true,
  },
  load: { lane: 'duckdb', load: async () => (await import('../warehouse/load.ts')).load },
  foresee: { lane: 'duckdb', load: async () => (await import('../warehouse/load.ts')).foresee },
  weigh: { lane: 'duckdb', load: async () => (await import('../warehouse/load.ts')).weigh },
  deliveries: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/load.ts')).deliveries,
  },
  contents: { lane: 'duckdb', load: async () => (await import('../warehouse/load.ts')).contents },
  columnValues: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/load.ts')).columnValues,
  },
  fileTotals: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/totals.ts')).fileTotals,
  },
  tableTotals: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/load.ts')).tableTotals,
  },
  measure: { lane: 'duckdb', load: async () => (await import('../warehouse/measure.ts')).measure },
  compareRows: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/rowHashes.ts')).compareRows,
  },
  eraseRows: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/erase.ts')).eraseRows,
  },
  eraseInFile: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/eraseInFile.ts')).eraseInFile,
  },
  undo: { lane: 'duckdb', load: async () => (await import('../warehouse/undo.ts')).undo },
  query: { lane: 'duckdb', load: async () => (await import('../warehouse/load.ts')).query },
  messages: {
    lane: 'duckdb',
    load: async () => (await import('../warehouse/messages.ts')).messages,
  },
  publish: { lane: 'stream', load: async () => (await import('../streaming/publish.ts')).publish },
  topicNow: {
    lane: 'stream',
    load: async () => (await import('../streaming/topicNow.ts')).topicNow,
  },
  topics: { lane: 'stream', load: async () => (await import('../streaming/topics.ts')).topics },
  groups: { lane: 'stream', load: async () => (await import('../streaming/groups.ts')).groups },
  cutBatch: {
    lane: 'stream',
    load: async () => (await import('../streaming/cutBatch.ts')).cutBatch,
  },
  takeBatch: {
    lane: 'stream',
    load: async () => (await import('../streaming/takeBatch.ts')).takeBatch,
  },
  produce: { lane: 'stream', load: async () => (await import('../streaming/produce.ts')).produce },
  resetPlan: {
    lane: 'stream',
    load: async () => (await import('../streaming/groupReset.ts')).resetPlan,
  },
  resetGroup: {
    lane: 'stream',
    load: async () => (await import('../streaming/groupReset.ts')).resetGroup,
  },
  takeHeld: {
    lane: 'stream',
    load: async () => (await import('../streaming/takeHeld.ts')).takeHeld,
  },
  tail: { lane: 'stream', load: async () => (await import('../streaming/tail.ts')).tail },
  simulate: {
    lane: 'stream',
    load: async () => (await import('../streaming/simulate.ts')).simulate,
  },
}
