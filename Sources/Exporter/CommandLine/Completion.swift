import Bytes

/// Scripts that let a shell complete the program's command line, made from the tables of commands and options.
package enum Completion: String, CaseIterable, Sendable {
    case bash, zsh, fish

    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    package var script: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        case .fish: Self.fishScript
        }
    }

    /// The first words of commands, each once, and the second words of those that have two.
    private static var firstWords: [String] {
        Command.allCases.map { firstWord($0) }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private static var groups: [(word: String, actions: [String])] {
        firstWords.map { word in
            (word, Command.allCases.filter { firstWord($0) == word && $0.rawValue != word }.map(secondWord))
        }.filter { !$0.actions.isEmpty }
    }

    private static func firstWord(_ command: Command) -> String {
        String(command.rawValue.prefix { $0 != " " })
    }

    private static func secondWord(_ command: Command) -> String {
        String(command.rawValue.drop { $0 != " " }.dropFirst())
    }

    private static var allOptions: [Option] {
        Command.allCases.flatMap(\.options).reduce(into: []) { options, option in
            if !options.contains(where: { $0.name == option.name }) { options.append(option) }
        }
    }

    // MARK: bash

    private static var bashScript: String {
        let choices = allOptions.filter { !$0.choices.isEmpty }.map { option in
            "            --\(option.name)) COMPREPLY=($(compgen -W '\(option.choices.joined(separator: " "))' -- \"$cur\")) ;;"
        }
        let paths = allOptions.filter(\.isPath).map { "--\($0.name)" }.joined(separator: "|")
        let actions = groups.map { group in
            "        \(group.word)) words='\(group.actions.joined(separator: " "))' ;;"
        }
        let flags = Command.allCases.map { command in
            let names = command.options.map { "--\($0.name)=" } + ["--help"]
            return "        '\(command.rawValue)') words='\(names.joined(separator: " "))' ;;"
        }
        return """
            # Completion of dify-exporter for bash. For one user:
            #   dify-exporter completion bash > ~/.local/share/bash-completion/completions/dify-exporter
            _dify_exporter() {
                local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" flag='' words='' command='serve'
                COMPREPLY=()
                # Bash takes the equals sign of --flag=value for a word.
                if [[ $cur == '=' ]]; then
                    flag=$prev cur=''
                elif [[ $prev == '=' ]]; then
                    flag="${COMP_WORDS[COMP_CWORD-2]}"
                elif [[ $prev == --* ]]; then
                    flag=$prev
                fi
                if [[ -n $flag ]]; then
                    case $flag in
            \(choices.joined(separator: "\n"))
                        \(paths)) compopt -o default ;;
                    esac
                    return
                fi
                if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then
                    COMPREPLY=($(compgen -W '\((firstWords + ["help"]).joined(separator: " "))' -- "$cur"))
                    return
                fi
                if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
                    case ${COMP_WORDS[1]} in
            \(actions.joined(separator: "\n"))
                    help) words='\(firstWords.joined(separator: " "))' ;;
                    completion) words='\(allCases.map(\.rawValue).joined(separator: " "))' ;;
                    esac
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                    return
                fi
                case ${COMP_WORDS[1]} in
                    \(groups.map(\.word).joined(separator: "|"))) command="${COMP_WORDS[1]} ${COMP_WORDS[2]}" ;;
                    -*) ;;
                    *) command=${COMP_WORDS[1]} ;;
                esac
                case $command in
            \(flags.joined(separator: "\n"))
                esac
                COMPREPLY=($(compgen -W "$words" -- "$cur"))
                [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
            }
            complete -F _dify_exporter dify-exporter

            """
    }

    // MARK: zsh

    private static var zshScript: String {
        let commands = firstWords.map { word in
            let summary = Command.allCases.first { firstWord($0) == word }?.summary ?? ""
            return "        \(quoted(word + ":" + summary))"
        }
        let actions = groups.map { group in
            """
                    \(group.word))
                        if ((CURRENT == 3)); then
                            compadd \(group.actions.joined(separator: " "))
                            return
                        fi
                        command="$words[2] $words[3]"
                        ;;
            """
        }
        let flags = Command.allCases.map { command in
            let specifications = command.options.map { option in
                let action =
                    option.isPath
                    ? "_files" : option.choices.isEmpty ? "" : "(\(option.choices.joined(separator: " ")))"
                let help = option.help.filter { $0 != "[" && $0 != "]" }
                let value = option.placeholder.replacingOccurrences(of: ":", with: "\\:")
                let text = "--\(option.name)=[\(help)]:\(value):\(action)"
                return " \\\n            \(quoted((option.isRepeatable ? "*" : "") + text))"
            }
            return "        \(quoted(command.rawValue)))\n"
                + "            _arguments \(quoted("--help[Show the flags]")) '*: :'\(specifications.joined()) ;;"
        }
        return """
            #compdef dify-exporter
            # Completion of dify-exporter for zsh: put it into a folder of $fpath, as _dify-exporter.
            _dify_exporter() {
                local command=serve
                local -a commands=(
            \(commands.joined(separator: "\n"))
                    'help:Show the flags of a command.'
                )
                if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
                    _describe -t commands command commands
                    return
                fi
                case $words[2] in
                    help)
                        _describe -t commands command commands
                        return
                        ;;
                    completion)
                        compadd \(allCases.map(\.rawValue).joined(separator: " "))
                        return
                        ;;
            \(actions.joined(separator: "\n"))
                    -*) ;;
                    *) command=$words[2] ;;
                esac
                case $command in
            \(flags.joined(separator: "\n"))
                esac
            }
            if [[ ${funcstack[1]:-} == _dify-exporter ]]; then
                _dify_exporter "$@"
            else
                # Sourced, and not found by its name.
                compdef _dify_exporter dify-exporter
            fi

            """
    }

    // MARK: fish

    private static var fishScript: String {
        var lines = [
            "# Completion of dify-exporter for fish: put it into ~/.config/fish/completions/dify-exporter.fish",
            "complete -c dify-exporter -f",
        ]
        func add(_ condition: String, _ rest: String) {
            lines.append("complete -c dify-exporter -n \(quoted(condition)) \(rest)")
        }
        for word in firstWords {
            let summary = Command.allCases.first { firstWord($0) == word }?.summary ?? ""
            add("__fish_use_subcommand", "-a \(word) -d \(quoted(summary))")
        }
        add("__fish_use_subcommand", "-a help -d \(quoted("Show the flags of a command."))")
        add("__fish_seen_subcommand_from help", "-a \(quoted(firstWords.joined(separator: " ")))")
        add("__fish_seen_subcommand_from completion", "-a \(quoted(allCases.map(\.rawValue).joined(separator: " ")))")
        for group in groups {
            let actions = group.actions.joined(separator: " ")
            add(
                "__fish_seen_subcommand_from \(group.word); and not __fish_seen_subcommand_from \(actions)",
                "-a \(quoted(actions))")
        }
        for command in Command.allCases {
            let others = firstWords.filter { $0 != firstWord(command) }.joined(separator: " ")
            let condition =
                switch command {
                case .serve: "not __fish_seen_subcommand_from \(others)"
                default:
                    command.rawValue.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }
                        .joined(separator: "; and ")
                }
            for option in command.options {
                let values =
                    option.isPath
                    ? "-r -F" : option.choices.isEmpty ? "-x" : "-x -a \(quoted(option.choices.joined(separator: " ")))"
                add(condition, "-l \(option.name) \(values) -d \(quoted(option.help))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// In single quotes, as all three shells read them.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
