import type { Command } from 'commander';
import { z } from 'zod';
import { addCommand } from '../command-spec.ts';
import type { Context } from '../context.ts';

/** The name under which shells ask for what fits at the cursor; the words follow, the last one as far as typed. */
export const COMPLETE_WORDS = '__complete';

/** What the answer's first line says when file names fit too. */
export const FILES_TOO = ':files';

const BASH = `# micronova: completion for bash. Load it with:  source <(micronova complete bash)
_micronova() {
  local line files=
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = "${FILES_TOO}" ]; then files=1; continue; fi
    COMPREPLY+=("$(printf '%q' "$line")")
  done < <(micronova ${COMPLETE_WORDS} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _micronova micronova
`;

const ZSH = `#compdef micronova
# micronova: completion for zsh. Load it with:  source <(micronova complete zsh)
_micronova() {
  local line files=
  local -a found
  while IFS= read -r line; do
    if [[ "$line" == "${FILES_TOO}" ]]; then files=1; else found+=("$line"); fi
  done < <(micronova ${COMPLETE_WORDS} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && compadd -a found
  [[ -n "$files" ]] && _files
}
compdef _micronova micronova
`;

const FISH = `# micronova: completion for fish. Load it with:  micronova complete fish | source
function __micronova_complete
  set -l typed (commandline -opc) (commandline -ct)
  for line in (micronova ${COMPLETE_WORDS} $typed[2..-1] 2>/dev/null)
    if test "$line" = "${FILES_TOO}"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c micronova -f -a '(__micronova_complete)'
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
const Shell = z.enum(['bash', 'zsh', 'fish'], 'must be bash, zsh or fish');

export function addComplete(program: Command, context: () => Context): void {
  addCommand(
    program,
    {
      usage: 'complete <shell>',
      about: 'Print the completion script of a shell: bash, zsh or fish',
      input: z.object({ shell: Shell }),
      run: async (ctx, { shell }) => ctx.write(SCRIPTS[shell]),
    },
    context,
  );
}
