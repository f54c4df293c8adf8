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

# bash takes `=` and more for the end of a word, so the whole line goes to meetgate, which answers with what follows.
BASH = '''\
_meetgate() {
    local kind line count before path
    COMPREPLY=()
    {
        IFS= read -r kind
        if [[ $kind == files ]]; then
            IFS= read -r count
            IFS= read -r before
            IFS= read -r path
        else
            while IFS= read -r line; do COMPREPLY+=("$line"); done
        fi
    } < <(meetgate __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    if [[ $kind == files ]]; then
        # Behind an @ it is no name of a file to bash, which else writes it with its quotes, and a folder with its slash.
        [[ -n $before ]] || compopt -o filenames
        while IFS= read -r line; do
            if [[ -n $before ]]; then
                if [[ -d $line ]]; then line+=/; compopt -o nospace; fi
                [[ ${COMP_WORDS[COMP_CWORD]} == [\\'\\"]* ]] || printf -v line '%q' "$line"
            fi
            COMPREPLY+=("$before${line:count}")
        done < <(compgen -f -- "$path")
    elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -F _meetgate meetgate
'''

ZSH = '''\
#compdef meetgate
_meetgate() {
    local kind prefix value about
    local -a open closed open_about closed_about
    {
        IFS= read -r kind
        if [[ $kind == files ]]; then
            IFS= read -r prefix
        else
            while IFS=$'\\t' read -r value about; do
                if [[ $value == *= ]]; then
                    open+=("$value"); open_about+=("$value${about:+  -- $about}")
                elif [[ -n $value ]]; then
                    closed+=("$value"); closed_about+=("$value${about:+  -- $about}")
                fi
            done
        fi
    } < <(meetgate __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    if [[ $kind == files ]]; then
        compset -p ${#prefix}
        _files
        return
    fi
    (( ${#open} )) && compadd -S '' -l -d open_about -- "${open[@]}"
    (( ${#closed} )) && compadd -l -d closed_about -- "${closed[@]}"
    (( ${#open} + ${#closed} ))
}
compdef _meetgate meetgate
'''

FISH = '''\
function __meetgate_complete
    set -l found (meetgate __complete fish (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
    if test "$found[1]" = files
        set -l home (string match -r '^~/' -- "$found[3]")
        for file in (__fish_complete_path (string replace -r '^~/' "$HOME/" -- "$found[3]"))
            test -n "$home"; and set file (string replace -- "$HOME/" '~/' $file)
            echo "$found[2]$file"
        end
    else
        printf '%s\\n' $found[2..-1]
    end
end
complete -c meetgate -f -a '(__meetgate_complete)'
'''

_SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("completion", DESCRIPTION)
    made.add_argument("shell", choices=sorted(_SCRIPTS))
    return made


def run(given: List[str]) -> int:
    print(_SCRIPTS[arguments.parse(parser(), given).shell], end="")
    return exit_codes.OK
