import JSON

// Reading members by their names, so that an error says which one.
extension JSONReader {
    mutating func readText(_ name: String) throws(JSONError) -> String {
        guard try peek() == .string else { throw mismatch("\(name) is not a string") }
        return try readString()
    }

    mutating func readOptionalText(_ name: String) throws(JSONError) -> String? {
        try readNullIfPresent() ? nil : readText(name)
    }

    mutating func readFlag(_ name: String) throws(JSONError) -> Bool {
        guard try peek() == .bool else { throw mismatch("\(name) is not true or false") }
        return try readBool()
    }

    mutating func readInteger(_ name: String) throws(JSONError) -> Int64 {
        guard try peek() == .number else { throw mismatch("\(name) is not a number") }
        let start = self
        guard let integer = try readNumber().int64 else {
            throw start.mismatch("\(name) is not a whole number of 64 bits")
        }
        return integer
    }

    mutating func readOptionalInteger(_ name: String) throws(JSONError) -> Int64? {
        try readNullIfPresent() ? nil : readInteger(name)
    }

    /// A double that is finite: JSON can write numbers beyond any double.
    mutating func readOptionalNumber(_ name: String) throws(JSONError) -> Double? {
        if try readNullIfPresent() { return nil }
        guard try peek() == .number else { throw mismatch("\(name) is not a number") }
        let start = self
        let number = try readNumber().double
        guard number.isFinite else { throw start.mismatch("\(name) is beyond the range of a double") }
        return number
    }
}

extension JSONError {
    /// The same error with the place in the document put before what is wrong.
    func inside(_ place: String) -> JSONError {
        JSONError(offset: offset, problem: .mismatch("\(place): \(problem)"))
    }
}
