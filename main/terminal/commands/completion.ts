import { Argument, type Command } from 'commander'
import { type Shell, completionScript, shells } from '../completion.ts'
import type { Output } from '../output.ts'

/** Needs no home. */
export function addCompletion(pallet: Command, open: () => { output: Output }): void {
  pallet
    .command('completion')
    .description('a script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
bash, in ~/.bashrc:       source <(pallet completion bash)
zsh, once:                pallet completion zsh > "\${fpath[1]}/_pallet"
fish, once:               pallet completion fish > ~/.config/fish/completions/pallet.fish
PowerShell, in $PROFILE:  pallet completion powershell | Out-String | Invoke-Expression`,
    )
    .action((shell: Shell) => {
      const script = completionScript(pallet, shell)
      open().output.text(script.trimEnd(), { event: 'completion', shell, script })
    })
}
