/** Completion of commands, options and their choices by the shells, as scripts that are made from the program's own tree. */
import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof shells)[number]

interface Word {
  word: string
  words: string
}

/** A command by its way from the program: '' is the program, `/datasets/show` one below another. */
interface Place {
  way: string
  commands: Word[]
  options: (Word & {
    /** null: it takes no value; none: any, and mostly the name of a file. */
    choices: readonly string[] | null
  })[]
  /** What its arguments may be; none: anything, such as the name of a file. */
  choices: readonly string[]
}

export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, '', program.options)
  const text = { bash, zsh, fish, powershell }[shell](places)
  return `${text.join('\n')}\n`
}

function placesOf(command: Command, way: string, everywhere: Command['options']): Place[] {
  const { commands } = command.createHelp()
    ? { commands: command.createHelp().visibleCommands(command) }
    : { commands: [] }
  const below = commands.filter((one) => one.name() !== 'help')
  const own = command.parent === null ? [] : command.options
  const place: Place = {
    way,
    commands: commands.map((one) => ({ word: one.name(), words: one.description() })),
    options: [...own, ...everywhere]
      .filter(({ long, hidden }) => long !== undefined && !hidden)
      .map((option) => ({
        word: option.long ?? '',
        words: option.description,
        choices: option.required || option.optional ? (option.argChoices ?? []) : null,
      })),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }
  return [
    {
      ...place,
      options: [...place.options, { word: '--help', words: 'what it understands', choices: null }],
    },
    ...below.flatMap((one) =>
      [one.name(), ...one.aliases()].flatMap((name) => placesOf(one, `${way}/${name}`, everywhere)),
    ),
  ]
}

const ways = (places: readonly Place[]): string[] =>
  places.flatMap(({ way }) => (way === '' ? [] : [way]))

/** Options with a value: `/run --format`, and what it may be. */
function valued(places: readonly Place[]): { at: string; choices: readonly string[] }[] {
  return places.flatMap(({ way, options }) =>
    options.flatMap(({ word, choices }) =>
      choices === null ? [] : [{ at: `${way} ${word}`, choices }],
    ),
  )
}

/** Where an option may have any value, the shell completes names of files. */
const free = (places: readonly Place[]): string[] =>
  valued(places).flatMap(({ at, choices }) => (choices.length === 0 ? [at] : []))

const offered = ({ commands, choices }: Place): string[] => [
  ...commands.map(({ word }) => word),
  ...choices,
]

/** In single quotes a shell leaves everything as it is. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const patterns = (texts: readonly string[]): string => texts.map(quote).join('|')

function bash(places: readonly Place[]): string[] {
  return [
    '# bash completion of pallet: source <(pallet completion bash)',
    '_pallet() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} place= words= i',
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "$place/${COMP_WORDS[i]}" in',
    `      ${patterns(ways(places))}) place="$place/\${COMP_WORDS[i]}" ;;`,
    '    esac',
    '  done',
    '  case "$place $prev" in',
    ...valued(places).flatMap(({ at, choices }) =>
      choices.length === 0
        ? []
        : [
            `    ${quote(at)}) COMPREPLY=($(compgen -W ${quote(choices.join(' '))} -- "$cur")); return ;;`,
          ],
    ),
    `    ${patterns(free(places))}) return ;;`,
    '  esac',
    '  case "$cur" in',
    '    -*) case "$place" in',
    ...places.map(
      ({ way, options }) =>
        `      ${quote(way)}) words=${quote(options.map(({ word }) => word).join(' '))} ;;`,
    ),
    '    esac ;;',
    '    *) case "$place" in',
    ...places
      .filter((place) => offered(place).length > 0)
      .map((place) => `      ${quote(place.way)}) words=${quote(offered(place).join(' '))} ;;`),
    '    esac ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    '# Where nothing of Pallet fits, names of files do.',
    'complete -o default -F _pallet pallet',
  ]
}

function zsh(places: readonly Place[]): string[] {
  const described = (list: readonly Word[]): string =>
    list
      .map(({ word, words }) =>
        quote(`${word.replaceAll(':', '\\:')}:${words.replaceAll(':', '\\:')}`),
      )
      .join(' ')
  return [
    '#compdef pallet',
    '# zsh completion of pallet: pallet completion zsh > "${fpath[1]}/_pallet"',
    '_pallet() {',
    '  local place= i',
    '  local -a offered options',
    '  for ((i = 2; i < CURRENT; i++)); do',
    '    case "$place/${words[i]}" in',
    `      ${patterns(ways(places))}) place="$place/\${words[i]}" ;;`,
    '    esac',
    '  done',
    '  case "$place ${words[CURRENT-1]}" in',
    ...valued(places).flatMap(({ at, choices }) =>
      choices.length === 0
        ? []
        : [`    ${quote(at)}) compadd -- ${choices.map(quote).join(' ')}; return ;;`],
    ),
    `    ${patterns(free(places))}) _files; return ;;`,
    '  esac',
    '  case "$place" in',
    ...places.map((place) => {
      const words = [...place.commands, ...place.choices.map((word) => ({ word, words: '' }))]
      return `    ${quote(place.way)}) offered=(${described(words)}); options=(${described(place.options)}) ;;`
    }),
    '  esac',
    '  if [[ $PREFIX == -* ]]; then',
    '    _describe -o option options',
    '  elif (( $#offered )); then',
    '    _describe command offered',
    '  else',
    '    _files',
    '  fi',
    '}',
    'if [[ $funcstack[1] == _pallet ]]; then _pallet "$@"; else compdef _pallet pallet; fi',
  ]
}

function fish(places: readonly Place[]): string[] {
  const at = (way: string): string => `-n 'test (__pallet_place) = ${way === '' ? '""' : way}'`
  const text = (words: string): string =>
    `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return [
    '# fish completion of pallet: pallet completion fish > ~/.config/fish/completions/pallet.fish',
    'function __pallet_place',
    "  set -l place ''",
    '  for word in (commandline -opc)[2..-1]',
    '    switch "$place/$word"',
    `      case ${ways(places).join(' ')}`,
    '        set place "$place/$word"',
    '    end',
    '  end',
    '  echo "$place"',
    'end',
    ...places.flatMap(({ way, commands, options, choices }) => [
      ...commands.map(
        ({ word, words }) => `complete -c pallet ${at(way)} -f -a ${word} -d ${text(words)}`,
      ),
      ...(choices.length === 0
        ? []
        : [`complete -c pallet ${at(way)} -f -a ${text(choices.join(' '))}`]),
      ...options.map(({ word, words, choices: values }) => {
        const value =
          values === null ? '' : values.length === 0 ? ' -r' : ` -x -a ${text(values.join(' '))}`
        return `complete -c pallet ${at(way)} -l ${word.slice(2)}${value} -d ${text(words)}`
      }),
    ]),
  ]
}

function powershell(places: readonly Place[]): string[] {
  const text = (words: string): string => `'${words.replaceAll(/['‘’]/g, '$&$&')}'`
  const list = (words: readonly string[]): string => `@(${words.map(text).join(', ')})`
  return [
    '# PowerShell completion of pallet: pallet completion powershell | Out-String | Invoke-Expression',
    'Register-ArgumentCompleter -Native -CommandName pallet -ScriptBlock {',
    '  param($wordToComplete, $commandAst, $cursorPosition)',
    `  $ways = ${list(ways(places))}`,
    '  $valued = @{',
    ...valued(places).map(({ at, choices }) => `    ${text(at)} = ${list(choices)}`),
    '  }',
    '  $offered = @{',
    ...places.map((place) => `    ${text(place.way)} = ${list(offered(place))}`),
    '  }',
    '  $options = @{',
    ...places.map(
      ({ way, options }) => `    ${text(way)} = ${list(options.map(({ word }) => word))}`,
    ),
    '  }',
    "  $place = ''",
    "  $previous = ''",
    '  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {',
    '    if ($element.Extent.EndOffset -ge $cursorPosition) { break }',
    '    $previous = $element.ToString()',
    '    if ($ways -ccontains "$place/$previous") { $place = "$place/$previous" }',
    '  }',
    '  $words = if ($valued.ContainsKey("$place $previous")) { $valued["$place $previous"] }',
    "    elseif ($wordToComplete -like '-*') { $options[$place] }",
    '    else { $offered[$place] }',
    '  $words | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    '  }',
    '}',
  ]
}
