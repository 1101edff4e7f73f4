/**
 * What a shell sources. The library that finds candidates brings scripts, too; they split what is quoted, run what is only
 * typed (by eval), fail where zsh's completion is not set up, and never offer files. These ask the same question:
 * `complete -- words`, which answers a candidate a line, with a tab and its description, and at last `:0` where files are meant.
 */
const NAME = 'elasticache-migrator';

/** bash cuts words at = and : as well: what stands together is put together again. */
const BASH = `# bash completion for ${NAME}
__elasticache_migrator() {
    local line=$COMP_LINE word value words=() index
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=\${COMP_WORDS[index]}
        if ((index > 0)) && [[ $line != [[:blank:]]* ]]; then words[\${#words[@]}-1]+=$word; else words+=("$word"); fi
        line=\${line#"\${line%%[![:blank:]]*}"}
        line=\${line#"$word"}
    done
    COMPREPLY=()
    while IFS=$'\\t' read -r value _; do
        case $value in
            :0) ;;
            :*) compopt +o default 2>/dev/null ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done < <(${NAME} complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F __elasticache_migrator ${NAME}`;

/** It may be sourced, and it may be a file of $fpath. */
const ZSH = `#compdef ${NAME}
_${NAME}() {
    local -a lines described
    local line value text
    lines=("\${(@f)$(${NAME} complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    for line in "\${(@)lines[1,-2]}"; do
        value=\${\${line%%$'\\t'*}//:/\\\\:}
        text=\${line#*$'\\t'}
        described+=("$value\${text:+:$text}")
    done
    [[ $PREFIX == -*=* ]] && compset -P '*='
    if (( $#described )); then
        _describe -t values '${NAME}' described
    elif [[ \${lines[-1]} == :0 ]]; then
        _files
    fi
}
if [[ \${funcstack[1]} == _${NAME} ]]; then
    _${NAME} "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _${NAME} ${NAME}
fi`;

const FISH = `# fish completion for ${NAME}
function __elasticache_migrator
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -l lines (${NAME} complete -- $words[2..-1] "$last" 2>/dev/null)
    set -l option (string match -r -- '^-[^=]*=' "$last")
    for line in $lines[1..-2]
        printf '%s%s\\n' "$option" "$line"
    end
    if test "$lines[-1]" = :0
        for path in (__fish_complete_path (string replace -r -- '^-[^=]*=' '' "$last"))
            printf '%s%s\\n' "$option" "$path"
        end
    end
end
complete -c ${NAME} -e
complete -c ${NAME} -f -a '(__elasticache_migrator)'`;

export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
export type Shell = keyof typeof SCRIPTS;
