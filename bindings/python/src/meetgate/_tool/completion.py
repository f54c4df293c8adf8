"""`completion`: what a shell needs to complete command lines. It asks `meetgate` for the candidates; see `candidates`."""

from __future__ import annotations

import argparse
from typing import List

from . import arguments, exit_codes

SUMMARY = "print the completion script of a shell: bash, zsh or fish"

DESCRIPTION = """\
Prints a script that completes commands, options, operations, parameters and their values.

  bash   source <(meetgate completion bash)        in ~/.bashrc
  zsh    source <(meetgate completion zsh)         in ~/.zshrc, after compinit
  fish   meetgate completion fish | source         in ~/.config/fish/config.fish

It needs the program `meetgate` on the PATH."""

# bash takes `=` for the end of a word, so the whole line goes to meetgate, which answers with what follows the last `=`.
BASH = """\
_meetgate() {
    local IFS=$'\\n'
    COMPREPLY=($(meetgate __complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
    if [[ ${#COMPREPLY[@]} -eq 1 && ( ${COMPREPLY[0]} == *= || ${COMPREPLY[0]} == */ ) ]]; then
        compopt -o nospace
    fi
}
complete -F _meetgate meetgate
"""

ZSH = """\
#compdef meetgate
_meetgate() {
    local line value about
    local -a words_of open closed open_about closed_about
    while IFS=$'\\t' read -r value about; do
        if [[ $value == *= || $value == */ ]]; then
            open+=("$value"); open_about+=("$value${about:+  -- $about}")
        elif [[ -n $value ]]; then
            closed+=("$value"); closed_about+=("$value${about:+  -- $about}")
        fi
    done < <(meetgate __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( ${#open} )) && compadd -Q -S '' -l -d open_about -- "${open[@]}"
    (( ${#closed} )) && compadd -Q -l -d closed_about -- "${closed[@]}"
    (( ${#open} + ${#closed} ))
}
compdef _meetgate meetgate
"""

FISH = """\
complete -c meetgate -f -a '(meetgate __complete fish (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
"""

_SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("completion", DESCRIPTION)
    made.add_argument("shell", choices=sorted(_SCRIPTS))
    return made


def run(given: List[str]) -> int:
    print(_SCRIPTS[arguments.parse(parser(), given).shell], end="")
    return exit_codes.OK
