/**
 * Who may import whom. Held by the linter as one writes (oxlint.config.ts makes its rules from this
 * table) and by rooms.test.ts, which also sees what a linter does not: `new URL('./thread.ts', …)`.
 */

/** Rooms that do one kind of work behind an interface of `runs`. */
const trades = [
  'sources',
  'reading',
  'cleaning',
  'upload',
  'entra',
  'warehouse',
  'downstream',
  'streaming',
  'insights',
  'sandbox',
  'store',
  'vault',
]
/** What several trades stand on: knows shared only. */
const grounds = ['duckdb', 'files', 'network', 'processes', 'wasm']

const onGrounds = grounds.map((room) => `main/${room}`)
const insideFeature = ['renderer/ui', 'renderer/core', 'shared']

/**
 * Room → the folders and files it may import besides itself. `types of …`: the interfaces alone.
 * A feature shows another one only the files that are named here.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'main/hosts': ['main', 'shared', 'package.json'],
  'main/electron': ['main/rpc', 'types of main/runs/ports', 'shared'],
  'main/web': ['main/rpc', 'shared'],
  'main/terminal': ['main/runs', 'shared'],
  'main/rpc': ['main/runs', 'shared'],
  'main/runs': ['shared'],
  'main/workers': [
    ...trades.map((room) => `main/${room}`),
    ...onGrounds,
    'types of main/runs/ports',
    'shared',
  ],
  ...Object.fromEntries(
    trades.map((room) => [`main/${room}`, ['types of main/runs/ports', 'shared', ...onGrounds]]),
  ),
  ...Object.fromEntries(onGrounds.map((room) => [room, ['shared']])),
  preload: ['shared'],
  renderer: ['shared'],
  'renderer/app': ['renderer/features', 'renderer/icon.svg', ...insideFeature],
  'renderer/features/connections': insideFeature,
  'renderer/features/datasets': [
    ...insideFeature,
    'renderer/features/fetching/FetchedLists.tsx',
    'renderer/features/preview/columnTypes.ts',
    'renderer/features/rules/RulesForm.tsx',
    'renderer/features/rules/SeveritySelect.tsx',
    'renderer/features/runs/StateMark.tsx',
    'renderer/features/runs/TextDialog.tsx',
    'renderer/features/send/destination.ts',
    'renderer/features/send/TriggersField.tsx',
    'renderer/features/steps/StepsForm.tsx',
  ],
  'renderer/features/desktop': insideFeature,
  'renderer/features/drop': insideFeature,
  'renderer/features/preview': [
    ...insideFeature,
    'renderer/features/rules/ColumnRules.tsx',
    'renderer/features/steps/effectWords.ts',
    'renderer/features/steps/fitting.ts',
    'renderer/features/steps/StepsEditor.tsx',
  ],
  'renderer/features/query': insideFeature,
  'renderer/features/insights': insideFeature,
  'renderer/features/rules': insideFeature,
  'renderer/features/runs': [
    ...insideFeature,
    'renderer/features/send/destination.ts',
    'renderer/features/steps/StepForm.tsx',
  ],
  'renderer/features/send': [
    ...insideFeature,
    'renderer/features/connections/TestResult.tsx',
    'renderer/features/drop/DropZone.tsx',
    'renderer/features/drop/FileList.tsx',
    'renderer/features/preview/columnTypes.ts',
    'renderer/features/preview/FilePreview.tsx',
  ],
  'renderer/features/steps': insideFeature,
  'renderer/features/streams': [
    ...insideFeature,
    'renderer/features/insights/TopicPictures.tsx',
    'renderer/features/runs/StateMark.tsx',
  ],
  'renderer/features/fetching': insideFeature,
  'renderer/features/today': [
    ...insideFeature,
    'renderer/features/fetching/FetchedLists.tsx',
    'renderer/features/runs/StateMark.tsx',
  ],
  'renderer/features/settings': [...insideFeature, 'renderer/features/desktop/DesktopForm.tsx'],
  'renderer/ui': ['renderer/core', 'shared'],
  'renderer/core': ['shared'],
  shared: [],
}

/** Whether `path` is `folder` or lies in it. */
export const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`)

/** The innermost room a module stands in: `renderer/ui/Page.tsx` → `renderer/ui`. */
export function roomOf(module: string): string {
  const rooms = Object.keys(mayImport).filter((room) => isIn(module, room))
  return rooms.toSorted((a, b) => b.length - a.length)[0] ?? ''
}

const typesOnly = 'types of '

/** What a room may import: folders and files whole, and folders whose types alone. */
export function reachOf(room: string): { whole: string[]; types: string[] } {
  const targets = mayImport[room] ?? []
  return {
    whole: targets.filter((target) => !target.startsWith(typesOnly)),
    types: targets
      .filter((target) => target.startsWith(typesOnly))
      .map((target) => target.slice(typesOnly.length)),
  }
}
