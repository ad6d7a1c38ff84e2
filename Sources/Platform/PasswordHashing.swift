/// Hashes of passwords by the system's libcrypt, which is opened at run time.
package enum PasswordHashing {
    /// Why there is none, as a sentence that says what to install; nil where there is.
    package static var problem: String? {
        crypt == nil
            ? "libcrypt.so.1 cannot be opened, which passwords need; install it with 'apt install libcrypt1' (Debian, Ubuntu) "
                + "or 'dnf install libxcrypt' (Fedora)" : nil
    }

    /// The hash of a password by the method, the cost and the salt of `setting`, which may be a whole hash (crypt(5)). Takes
    /// as long as the cost says, on the calling thread. Nil where there is no library, or the setting is none.
    ///
    /// A password ends at its first byte 0.
    package static func hash(_ password: [UInt8], like setting: String) -> String? {
        guard let crypt else { return nil }
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: scratchBytes, alignment: 16)
        scratch.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            scratch.initializeMemory(as: UInt8.self, repeating: 0)
            scratch.deallocate()
        }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        return crypt(phrase, setting, scratch.baseAddress, Int32(scratch.count)).map { String(cString: $0) }
    }

    /// More than any libcrypt's `struct crypt_data` has, which is 32 kB in libxcrypt.
    private static let scratchBytes = 64 << 10

    /// `crypt_rn` of libxcrypt: crypt(3).
    private typealias Crypt =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafeMutableRawPointer?, Int32
        ) -> UnsafeMutablePointer<CChar>?

    private static let crypt: Crypt? = {
        // The second has no functions of old, which some distributions leave out.
        for name in ["libcrypt.so.1", "libcrypt.so.2"] {
            if let library = dlopen(name, RTLD_NOW | RTLD_LOCAL), let function = dlsym(library, "crypt_rn") {
                return unsafeBitCast(function, to: Crypt.self)
            }
        }
        return nil
    }()
}
