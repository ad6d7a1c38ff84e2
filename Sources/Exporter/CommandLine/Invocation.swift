/// What a command line asks for.
package enum Invocation: Equatable, Sendable {
    case run(Command, OptionValues)
    case help(Command?)
    case version

    /// Reads the arguments after the program's name. A flag beats its environment variable. Throws a sentence for people.
    package init(arguments: [String], environment: Environment) throws(UsageError) {
        var rest = arguments[...]
        if rest.contains("--version") {
            self = .version
            return
        }
        if rest.first == "help" {
            guard rest.count > 1 else {
                self = .help(nil)
                return
            }
            rest.removeFirst()
            self = .help(try Self.takeCommand(&rest))
            return
        }
        var command = Command.serve
        var hasCommand = false
        if rest.first?.hasPrefix("-") == false {
            command = try Self.takeCommand(&rest)
            hasCommand = true
        }
        if rest.contains("--help") || rest.contains("-h") {
            self = .help(hasCommand ? command : nil)
            return
        }
        self = .run(command, try OptionValues(rest, of: command, environment: environment))
    }

    /// Takes the command off the front of the arguments: one word, or two as in `config show`.
    private static func takeCommand(_ arguments: inout ArraySlice<String>) throws(UsageError) -> Command {
        let name = arguments.popFirst() ?? ""
        if let command = Command(rawValue: name) { return command }
        let group = Command.allCases.filter { $0.rawValue.hasPrefix(name + " ") }.map(\.rawValue)
        guard group.isEmpty else {
            if let action = arguments.popFirst(), let command = Command(rawValue: "\(name) \(action)") {
                return command
            }
            throw UsageError(message: "\(name) needs another word: \(group.joined(separator: " or "))")
        }
        let nearest = Spelling.nearest(to: name, among: Command.allCases.map(\.rawValue))
        let hint =
            nearest.map { "did you mean \($0)?" }
            ?? "there are \(Command.allCases.map(\.rawValue).joined(separator: ", "))"
        throw UsageError(message: "there is no command \(name); \(hint)")
    }
}

/// Why a command line cannot be followed.
package struct UsageError: Error, Equatable, CustomStringConvertible {
    let message: String
    package var description: String { message }

    package init(message: String) {
        self.message = PossibleKey.masked(message)
    }
}

/// The values of one command's flags: from the command line, else the environment, else the defaults.
package struct OptionValues: Equatable, Sendable {
    private var values: [Option: [String]] = [:]
    /// The argument that is not a flag; there for a command that has one.
    package private(set) var operand: String?

    init(_ arguments: ArraySlice<String>, of command: Command, environment: Environment) throws(UsageError) {
        var given: [Option: [String]] = [:]
        var rest = arguments
        while let argument = rest.popFirst() {
            if !argument.hasPrefix("-"), command.operand != nil, operand == nil {
                operand = argument
                continue
            }
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw UsageError(
                    message:
                        "\(argument) is not a flag of \(command.rawValue); see 'dify-exporter help \(command.rawValue)'"
                )
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = try Self.option(String(parts[0]), of: command)
            let standalone = option.isSwitch ? "true" : rest.first
            if parts.count == 1, !option.isSwitch { rest = rest.dropFirst() }
            guard let value = parts.count == 2 ? String(parts[1]) : standalone else {
                throw UsageError(message: "--\(option.name) needs a value: --\(option.name)=\(option.placeholder)")
            }
            guard option.isRepeatable || given[option] == nil else {
                throw UsageError(message: "--\(option.name) is given twice; give it once")
            }
            given[option, default: []].append(value)
        }
        if let name = command.operand, operand == nil {
            throw UsageError(message: "\(name) is needed: dify-exporter \(command.usage)")
        }
        for option in command.options {
            if let onCommandLine = given[option] {
                values[option] = onCommandLine
            } else if let inEnvironment = environment[option.environmentName] {
                values[option] =
                    option.isRepeatable ? inEnvironment.split(separator: ",").map(String.init) : [inEnvironment]
            } else if let defaultValue = option.defaultValue {
                values[option] = [defaultValue]
            }
            if option.isSwitch, let value = self[option], !["true", "false"].contains(value) {
                throw UsageError(
                    message:
                        "--\(option.name) is on or off: give it without a value, or true or false, not \"\(value)\"")
            }
        }
    }

    private static func option(_ name: String, of command: Command) throws(UsageError) -> Option {
        if let option = command.options.first(where: { $0.name == name }) { return option }
        let nearest = Spelling.nearest(to: name, among: command.options.map(\.name))
        let hint = nearest.map { "did you mean --\($0)?" } ?? "see 'dify-exporter help \(command.rawValue)'"
        throw UsageError(message: "\(command.rawValue) has no flag --\(name); \(hint)")
    }

    package subscript(option: Option) -> String? { values[option]?.last }

    /// Whether a switch is on. Throws where its value is neither yes nor no.
    package func isOn(_ option: Option) throws(UsageError) -> Bool {
        try parsed(option, expected: "true or false") { text in
            ["true", "1"].contains(text) ? true : ["false", "0", ""].contains(text) ? false : nil
        } ?? false
    }

    package func all(_ option: Option) -> [String] { values[option] ?? [] }

    /// The value of an option as `parse` reads it; nil when it is absent. Throws what is expected when it cannot be read.
    package func parsed<Value>(_ option: Option, expected: String, _ parse: (String) -> Value?) throws(UsageError)
        -> Value?
    {
        guard let text = self[option] else { return nil }
        guard let value = parse(text) else {
            throw UsageError(message: "--\(option.name) takes \(expected), not \"\(text)\"")
        }
        return value
    }

    /// The same for an option that has a default.
    package func required<Value>(_ option: Option, expected: String, _ parse: (String) -> Value?) throws(UsageError)
        -> Value
    {
        guard let value = try parsed(option, expected: expected, parse) else {
            throw UsageError(message: "--\(option.name) is needed: it takes \(expected)")
        }
        return value
    }
}
