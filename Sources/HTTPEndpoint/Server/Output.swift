/// The bytes that a connection has to send: some of its own, then a body that other connections may send too.
///
/// The body is not copied: all who send the same one hold the same buffer, or the same plan of a long one.
struct Output: Sendable {
    private var own: [UInt8] = []
    private var body: ArraySlice<UInt8> = []
    private var longBody: LongBody?
    private var written = 0

    /// A shorter body is copied: one call then sends it together with the head.
    private static let sharedFrom = 4096

    var count: Int { own.count + (longBody?.count ?? body.count) - written }
    var isEmpty: Bool { count == 0 }

    /// What is to be sent next, in this order: of a long body no more than `part` holds.
    func pending(by part: inout LongBodyPart) -> (own: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        let sent = max(0, written - own.count)
        let rest = longBody.map { $0.count > sent ? part.bytes(of: $0, from: sent) : [] }
        return (own.dropFirst(written), rest ?? body.dropFirst(sent))
    }

    /// The body that is held until all is sent; nil where there is none.
    var sharedBody: SharedBody? {
        if let longBody { return SharedBody(longBody) }
        return body.isEmpty ? nil : SharedBody(body)
    }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        assert(body.isEmpty && longBody == nil, "nothing follows a body before it is sent")
        own += bytes
    }

    mutating func append(_ encoded: HTTPResponse.Encoded) {
        append(encoded.head)
        if encoded.body.count < Self.sharedFrom {
            append(encoded.body)
        } else {
            body = encoded.body
        }
        longBody = encoded.longBody
    }

    /// So many of the pending bytes are sent.
    mutating func wrote(_ count: Int) {
        written += count
        if isEmpty { self = Output() }
    }
}

/// A body in memory. While somebody holds it, its address belongs to no other.
struct SharedBody: Hashable, Sendable {
    private let address: UInt

    /// Of memory.
    let bytes: Int

    init(_ body: ArraySlice<UInt8>) {
        address = body.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        bytes = body.count
    }

    init(_ body: LongBody) {
        address = UInt(bitPattern: ObjectIdentifier(body))
        bytes = body.memory
    }
}

/// How much memory the bodies take that wait to be sent: one that many connections hold counts once.
struct UnsentBodies: Sendable {
    private var holders: [SharedBody: Int] = [:]
    private(set) var bytes = 0

    /// How many different bodies there are.
    var count: Int { holders.count }

    func contains(_ body: SharedBody) -> Bool { holders[body] != nil }

    mutating func hold(_ body: SharedBody) {
        if holders[body] == nil { bytes += body.bytes }
        holders[body, default: 0] += 1
    }

    mutating func release(_ body: SharedBody) {
        guard let count = holders[body] else { return }
        holders[body] = count > 1 ? count - 1 : nil
        if count == 1 { bytes -= body.bytes }
    }
}
