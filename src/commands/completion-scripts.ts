/**
 * What the shells are told: to ask hvmsg itself at each TAB (it takes as long as a start). The first line of the
 * answer is `files`, `word` or `part` (see complete.ts); the others are the candidates.
 */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Record<Shell, string> = {
  bash: `\
# bash completion of hvmsg. In ~/.bashrc: eval "$(hvmsg completion bash)"
_hvmsg() {
  local answer kind= line
  COMPREPLY=()
  answer=$(hvmsg completion bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null) || return 0
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("$line"); fi
  done <<< "$answer"
  # -o default completes files; bash before 4 has no compopt, and completes them where nothing else fits.
  [ "$kind" = files ] || compopt +o default 2>/dev/null
  [ "$kind" != part ] || compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _hvmsg hvmsg
`,
  zsh: `\
#compdef hvmsg
# zsh completion of hvmsg. In ~/.zshrc, after compinit: eval "$(hvmsg completion zsh)"
_hvmsg() {
  local answer kind= line
  local -a values shown parts
  answer=$(hvmsg completion zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null) || return 1
  for line in "\${(@f)answer}"; do
    if [[ -z $kind ]]; then kind=$line; continue; fi
    parts=("\${(@ps:\\t:)line}")
    values+=("$parts[1]")
    shown+=("$parts[2]")
  done
  if [[ $kind == files ]]; then
    compset -P '--*='
    _files
    return
  fi
  (( $#values )) || return 1
  if [[ $kind == part ]]; then compadd -S '' -l -d shown -a values; else compadd -l -d shown -a values; fi
}
if [[ $funcstack[1] == _hvmsg ]]; then _hvmsg "$@"; else compdef _hvmsg hvmsg; fi
`,
  fish: `\
# fish completion of hvmsg. In ~/.config/fish/config.fish: hvmsg completion fish | source
function __hvmsg_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l word (commandline -ct)
    set -q word[1]; or set word ''
    set -l answer (hvmsg completion fish -- $words $word 2>/dev/null)
    or return
    if test "$answer[1]" = files
        set -l option (string match -r -- '^--[^=]*=' $word)
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $word))
            printf '%s%s\\n' "$option" $path
        end
        return
    end
    set -e answer[1]
    set -q answer[1]; and printf '%s\\n' $answer
end
complete -c hvmsg -f -a '(__hvmsg_complete)'
`,
  powershell: `\
# PowerShell completion of hvmsg. In $PROFILE: hvmsg completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName hvmsg -ScriptBlock {
    param($word, $ast, $position)
    $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    # One argument with tabs: an empty one at the end would be lost.
    $line = (@($words) + "$word") -join [char]9
    $answer = @(hvmsg completion powershell $line 2>$null)
    if ($answer.Count -eq 0 -or $answer[0] -eq 'files') { return }
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $text, $shown, $about = $_ -split [char]9, 3
        [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $about)
    }
}
`,
};
