import Bytes
import Platform
import Testing

@testable import Exporter

struct PasswordCheckTests {
    private let alice = try? PasswordHash(WebConfigurationFileTests.hash)

    /// Counts what is hashed, and takes a hash for right whose password is `correct`.
    private final class Counting: Sendable {
        let settings = Locked<[String]>([])

        func hash(_ password: [UInt8], _ setting: String) -> String? {
            settings.withLock { $0.append(setting) }
            return String(decoding: password, as: UTF8.self) == "correct" ? setting : "no"
        }

        var count: Int { settings.withLock { $0.count } }
    }

    private func credentials(_ user: String, _ password: String) throws -> Credentials {
        try #require(Credentials(authorization: "Basic " + encoded("\(user):\(password)")))
    }

    private func check(_ counting: Counting) throws -> PasswordCheck {
        PasswordCheck(users: ["alice": try #require(alice)]) { counting.hash($0, $1) }
    }

    @Test(.enabled(if: PasswordHashing.problem == nil, "libcrypt is needed"))
    func `bcrypt tells the right password from others`() async throws {
        let check = PasswordCheck(users: ["alice": try #require(alice)])
        #expect(await check.verdict(on: try credentials("alice", "correct horse")) == .right)
        for (user, password) in [("alice", "correct"), ("alice", ""), ("bob", "correct horse"), ("", "")] {
            #expect(await check.verdict(on: try credentials(user, password)) == .wrong)
        }
        // libcrypt stops at a byte 0.
        #expect(await check.verdict(on: try credentials("alice", "correct horse\0x")) == .wrong)
    }

    @Test(.enabled(if: PasswordHashing.problem == nil, "libcrypt is needed"), arguments: ["$2a$", "$2b$", "$2y$"])
    func `each kind of bcrypt hash is understood`(_ kind: String) async throws {
        let hash = try PasswordHash(WebConfigurationFileTests.hash.replacing("$2b$", with: kind))
        let check = PasswordCheck(users: ["alice": hash])
        #expect(await check.verdict(on: try credentials("alice", "correct horse")) == .right)
    }

    @Test func `a verdict is kept, right or wrong`() async throws {
        let counting = Counting()
        let check = try check(counting)
        for _ in 0..<3 {
            #expect(await check.verdict(on: try credentials("alice", "correct")) == .right)
            #expect(await check.verdict(on: try credentials("alice", "guess")) == .wrong)
        }
        #expect(counting.count == 2)
    }

    @Test func `wrong passwords never push out what was right, and are forgotten themselves`() async throws {
        let counting = Counting()
        let check = try check(counting)
        #expect(await check.verdict(on: try credentials("alice", "correct")) == .right)
        for number in 0..<300 { #expect(await check.verdict(on: try credentials("alice", "\(number)")) == .wrong) }
        #expect(counting.count == 301)
        #expect(await check.verdict(on: try credentials("alice", "correct")) == .right)
        #expect(await check.verdict(on: try credentials("alice", "299")) == .wrong)
        #expect(counting.count == 301)
        #expect(await check.verdict(on: try credentials("alice", "0")) == .wrong)
        #expect(counting.count == 302)
    }

    @Test func `an unknown user costs as much as a known one and is never right`() async throws {
        let counting = Counting()
        let check = try check(counting)
        #expect(await check.verdict(on: try credentials("mallory", "correct")) == .wrong)
        #expect(counting.count == 1)
        #expect(counting.settings.withLock { $0[0].hasPrefix("$2b$04$") && $0[0].utf8.count == 29 })
    }

    @Test func `the same question of many is answered once`() async throws {
        let counting = Counting()
        let check = try check(counting)
        let credentials = try credentials("alice", "correct")
        await withTaskGroup(of: PasswordCheck.Verdict.self) { group in
            for _ in 0..<50 { group.addTask { await check.verdict(on: credentials) } }
            for await verdict in group { #expect(verdict == .right) }
        }
        #expect(counting.count == 1)
    }

    @Test func `at most two passwords are looked at at once, and those that are too many are told so`() async throws {
        struct Course {
            var running = 0
            var most = 0
            var isOpen = false
        }
        let course = Monitor(Course())
        let check = PasswordCheck(users: ["alice": try #require(alice)], patience: .seconds(3600)) { _, _ in
            course.withLock { course in
                course.running += 1
                course.most = max(course.most, course.running)
            }
            _ = course.wait { $0.isOpen && $0.most >= 2 ? true : nil }
            course.withLock { $0.running -= 1 }
            return "no"
        }
        let guesses = try (0..<100).map { try credentials("alice", "\($0)") }
        let verdicts = await withTaskGroup(of: PasswordCheck.Verdict.self) { group in
            for guess in guesses { group.addTask { await check.verdict(on: guess) } }
            var verdicts: [PasswordCheck.Verdict] = []
            for await verdict in group {
                verdicts.append(verdict)
                // Those that are too many come first, and all of them, since nobody else comes to an end.
                if verdicts.count == 36 { course.withLock { $0.isOpen = true } }
            }
            return verdicts
        }
        #expect(verdicts.prefix(36).allSatisfy { $0 == .busy })
        #expect(verdicts.dropFirst(36).allSatisfy { $0 == .wrong })
        #expect(course.withLock { $0.most } == 2)
    }

    @Test func `a flood of guesses from one address does not keep another address out`() async throws {
        let isOpen = Monitor(false)
        let users = ["alice": try #require(alice)]
        let check = PasswordCheck(users: users, patience: .seconds(3600)) { password, setting in
            _ = isOpen.wait { $0 ? true : nil }
            return String(decoding: password, as: UTF8.self) == "correct" ? setting : "no"
        }
        let guesses = try (0..<100).map { try credentials("alice", "\($0)") }
        let own = try credentials("alice", "correct")
        await withTaskGroup(of: PasswordCheck.Verdict.self) { group in
            for guess in guesses { group.addTask { await check.verdict(on: guess, from: .ipv4(1)) } }
            // Once 36 are told that they are too many, the line is full.
            for _ in 0..<36 { #expect(await group.next() == .busy) }
            async let verdict = check.verdict(on: own, from: .ipv4(2))
            // It takes the place of a guess.
            #expect(await group.next() == .busy)
            isOpen.withLock { $0 = true }
            #expect(await verdict == .right)
            for await verdict in group { #expect(verdict == .wrong) }
        }
    }

    @Test func `only whole credentials of the Basic scheme are read`() throws {
        let credentials = try #require(Credentials(authorization: "bAsIc  YWxpY2U6YTpi"))
        #expect(credentials.user == "alice" && credentials.password == Array("a:b".utf8))
        #expect(!"\(credentials)".contains("a:b"))
        for text in [
            "", "Basic", "Basic ", "Bearer YWxpY2U6YTpi", "BasicYWxpY2U6YTpi", "Basic YWxpY2U6YTp", "Basic YWxpY2U=",
            "Basic YWxpY2U6YTpi, Basic YWxpY2U6YTpi", "Basic YWxp*2U6YTpi",
        ] {
            #expect(Credentials(authorization: text) == nil)
        }
    }
}

/// Base64, as clients make it.
func encoded(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: 3).map { start in
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
        return String(
            (0..<4).map { $0 <= group.count ? alphabet[bits >> (18 - 6 * $0) & 63] : "=" })
    }.joined()
}

struct HashTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The first three are of FIPS 180-4's examples and NIST's test vectors.
    @Test func `SHA-256 is what the standard says`() {
        #expect(
            hex(SHA256.hash(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hex(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex(SHA256.hash(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            hex(SHA256.hash(Array(repeating: 0x61, count: 1_000_000)))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `Base64 is decoded whole or not at all`() {
        for (text, expected) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")] {
            #expect(Base64.decode(text.utf8) == Array(expected.utf8))
            #expect(encoded(expected) == text)
        }
        for text in ["Zg", "Zg=", "Zh==", "Zg==Zg==", "====", "Zm9v\n", "Z===", "=Zg=", "Zm9_"] {
            #expect(Base64.decode(text.utf8) == nil)
        }
    }
}
