// A bridge to OpenSSL 3, which is opened at run time: the program builds without its headers and starts without it.
// It exists in C for its callbacks, and because much of its API are macros over numbers.
#ifndef COPENSSL_H
#define COPENSSL_H

#include <stdbool.h>
#include <stddef.h>

/// Opens libssl and libcrypto once for the process. Returns NULL on success, else a sentence that stays valid.
/// Any thread may call it.
const char *copenssl_open(void);

/// What one side of connections needs, shared by all of them. Any thread may use it once it is made.
typedef struct copenssl_context copenssl_context;

typedef enum {
    COPENSSL_OK = 0,
    COPENSSL_NO_MEMORY,
    /// The settings of the caller are refused; `detail` says why.
    COPENSSL_BAD_SETTING,
    COPENSSL_NO_CERTIFICATE,
    COPENSSL_BAD_CERTIFICATE,
    COPENSSL_NO_KEY,
    COPENSSL_ENCRYPTED_KEY,
    COPENSSL_KEY_MISMATCH,
    COPENSSL_NO_AUTHORITY,
    COPENSSL_BAD_AUTHORITY,
} copenssl_problem;

typedef enum {
    COPENSSL_CLIENT_NOT_ASKED = 0,
    COPENSSL_CLIENT_ASKED,
    COPENSSL_CLIENT_NEEDED,
    COPENSSL_CLIENT_VERIFIED_IF_GIVEN,
    COPENSSL_CLIENT_VERIFIED,
} copenssl_client_rule;

typedef struct {
    /// PEM texts; the certificate's own comes first, those of the authorities between it and a root follow.
    const unsigned char *certificates;
    size_t certificates_length;
    const unsigned char *key;
    size_t key_length;
    /// May be empty where nobody is verified.
    const unsigned char *authorities;
    size_t authorities_length;
    copenssl_client_rule client_rule;
    /// Names of which a client's certificate has to have one, ended by NULL; none where any will do.
    const char *const *allowed_names;
    /// As on the wire: 0x0303 is TLS 1.2.
    int oldest_version;
    int newest_version;
    /// In OpenSSL's notation; `groups` may be NULL.
    const char *ciphers;
    const char *groups;
    bool prefers_own_order;
} copenssl_server_settings;

typedef struct {
    copenssl_problem problem;
    /// The library's words; empty where it has none.
    char detail[256];
    /// When the server's certificate ends, in seconds since 1970.
    long long certificate_ends_at;
} copenssl_outcome;

/// NULL where something is wrong. copenssl_open must have succeeded.
copenssl_context *copenssl_server(const copenssl_server_settings *settings, copenssl_outcome *outcome);

/// For a client that takes whatever certificate it gets. NULL when memory is short.
copenssl_context *copenssl_trusting_client(void);

/// Sessions must have ended before.
void copenssl_context_free(copenssl_context *context);

/// One connection's. Not for use by two threads at once.
typedef struct copenssl_session copenssl_session;

enum {
    /// Nothing more comes.
    COPENSSL_END = 0,
    COPENSSL_WANTS_READ = -1,
    COPENSSL_WANTS_WRITE = -2,
    /// The connection is broken, or the other side does what it must not.
    COPENSSL_FAILED = -3,
};

/// Speaks over a socket, which stays the caller's. NULL when memory is short.
copenssl_session *copenssl_session_create(copenssl_context *context, int descriptor);
void copenssl_session_free(copenssl_session *session);

/// Goes on with the handshake: 1 when it is done, else one of the above.
int copenssl_session_handshake(copenssl_session *session);

/// How many bytes were read or written, above 0, or one of the above. What was refused with COPENSSL_WANTS_WRITE must be
/// offered again before anything else is written.
long copenssl_session_read(copenssl_session *session, unsigned char *bytes, size_t count);
long copenssl_session_write(copenssl_session *session, const unsigned char *bytes, size_t count);

/// Tells the other side that nothing more comes, as far as that goes without waiting.
void copenssl_session_finish(copenssl_session *session);

/// Why the latest step failed, in the library's words; valid until the session's next step.
const char *copenssl_session_problem(const copenssl_session *session);

/// Whether the other side refused the handshake in words that it has for want of a certificate of this one.
bool copenssl_session_is_refused(const copenssl_session *session);

#endif
