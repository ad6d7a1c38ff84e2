#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "COpenSSL.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// The part of OpenSSL 3's ABI in use here, by the numbers of its public headers. They are the same in every 3.x.
enum {
    CTRL_EXTRA_CHAIN_CERT = 14,
    CTRL_MODE = 33,
    CTRL_SESSION_CACHE_MODE = 44,
    CTRL_MAX_CERT_LIST = 51,
    CTRL_GROUPS_LIST = 92,
    CTRL_MIN_VERSION = 123,
    CTRL_MAX_VERSION = 124,
    MODE_PARTIAL_WRITE = 0x1,
    MODE_MOVING_WRITE_BUFFER = 0x2,
    MODE_RELEASE_BUFFERS = 0x10,
    SESSION_CACHE_OFF = 0,
    VERIFY_NONE = 0,
    VERIFY_PEER = 1,
    VERIFY_FAIL_IF_NO_CERTIFICATE = 2,
    ALPN_OK = 0,
    ALPN_FATAL = 2,
    ERROR_WANT_READ = 2,
    ERROR_WANT_WRITE = 3,
    ERROR_ZERO_RETURN = 6,
    LIBRARY_PEM = 9,
    REASON_NO_START_LINE = 108,
    REASON_BAD_PASSWORD_READ = 104,
    REASON_PROBLEMS_GETTING_PASSWORD = 109,
    ALERT_CERTIFICATE_REQUIRED = 1116,
    // TLS 1.2 has no word of its own for it.
    ALERT_HANDSHAKE_FAILURE = 1040,
    ALERT_BAD_CERTIFICATE = 1042,
    REASON_MASK = 0x7fffff,
    LIBRARY_SHIFT = 23,
    LIBRARY_MASK = 0xff,
    FLAG_PARTIAL_CHAIN = 0x80000,
    VERIFY_ERROR_APPLICATION = 50,
    NID_SUBJECT_ALT_NAME = 85,
    NAME_EMAIL = 1,
    NAME_DNS = 2,
    NAME_URI = 6,
    NAME_ADDRESS = 7,
    BIO_READ = 0x1,
    BIO_WRITE = 0x2,
    BIO_RETRY = 0x8,
    BIO_FLUSH = 11,
    BIO_SOURCE_SINK = 0x400,
};

static const uint64_t OPTIONS = 1ULL << 7     // a connection that ends without TLS's own end is no error: HTTP knows its lengths
                                | 1ULL << 14  // no tickets: each handshake looks at certificates anew
                                | 1ULL << 17  // no compression
                                | 1ULL << 30; // no renegotiation
static const uint64_t OPTION_OWN_ORDER = 1ULL << 22;

/// Of a client's chain. Each may send as much before it is known.
static const long MAX_CERT_LIST = 32 << 10;

typedef void SSL, SSL_CTX, SSL_METHOD, BIO, BIO_METHOD, X509, X509_STORE, X509_STORE_CTX, EVP_PKEY, NAMES, NAME, STRING;

static struct {
    const SSL_METHOD *(*TLS_server_method)(void);
    const SSL_METHOD *(*TLS_client_method)(void);
    SSL_CTX *(*SSL_CTX_new)(const SSL_METHOD *);
    void (*SSL_CTX_free)(SSL_CTX *);
    long (*SSL_CTX_ctrl)(SSL_CTX *, int, long, void *);
    uint64_t (*SSL_CTX_set_options)(SSL_CTX *, uint64_t);
    int (*SSL_CTX_set_num_tickets)(SSL_CTX *, size_t);
    int (*SSL_CTX_set_cipher_list)(SSL_CTX *, const char *);
    int (*SSL_CTX_use_certificate)(SSL_CTX *, X509 *);
    int (*SSL_CTX_use_PrivateKey)(SSL_CTX *, EVP_PKEY *);
    int (*SSL_CTX_check_private_key)(const SSL_CTX *);
    void (*SSL_CTX_set_verify)(SSL_CTX *, int, void *);
    void (*SSL_CTX_set_cert_verify_callback)(SSL_CTX *, int (*)(X509_STORE_CTX *, void *), void *);
    X509_STORE *(*SSL_CTX_get_cert_store)(const SSL_CTX *);
    int (*SSL_CTX_add_client_CA)(SSL_CTX *, X509 *);
    void (*SSL_CTX_set_alpn_select_cb)(
        SSL_CTX *, int (*)(SSL *, const unsigned char **, unsigned char *, const unsigned char *, unsigned, void *), void *);
    SSL *(*SSL_new)(SSL_CTX *);
    void (*SSL_free)(SSL *);
    void (*SSL_set_bio)(SSL *, BIO *, BIO *);
    void (*SSL_set_accept_state)(SSL *);
    void (*SSL_set_connect_state)(SSL *);
    int (*SSL_do_handshake)(SSL *);
    int (*SSL_read)(SSL *, void *, int);
    int (*SSL_write)(SSL *, const void *, int);
    int (*SSL_shutdown)(SSL *);
    int (*SSL_get_error)(const SSL *, int);
    long (*SSL_get_verify_result)(const SSL *);
} ssl;

static struct {
    BIO_METHOD *(*BIO_meth_new)(int, const char *);
    int (*BIO_meth_set_read)(BIO_METHOD *, int (*)(BIO *, char *, int));
    int (*BIO_meth_set_write)(BIO_METHOD *, int (*)(BIO *, const char *, int));
    int (*BIO_meth_set_ctrl)(BIO_METHOD *, long (*)(BIO *, int, long, void *));
    BIO *(*BIO_new)(const BIO_METHOD *);
    int (*BIO_free)(BIO *);
    void (*BIO_set_data)(BIO *, void *);
    void *(*BIO_get_data)(BIO *);
    void (*BIO_set_init)(BIO *, int);
    void (*BIO_set_flags)(BIO *, int);
    void (*BIO_clear_flags)(BIO *, int);
    BIO *(*BIO_new_mem_buf)(const void *, int);
    X509 *(*PEM_read_bio_X509)(BIO *, X509 **, void *, void *);
    EVP_PKEY *(*PEM_read_bio_PrivateKey)(BIO *, EVP_PKEY **, int (*)(char *, int, int, void *), void *);
    void (*X509_free)(X509 *);
    void (*EVP_PKEY_free)(EVP_PKEY *);
    int (*X509_check_private_key)(const X509 *, const EVP_PKEY *);
    const void *(*X509_get0_notAfter)(const X509 *);
    int (*ASN1_TIME_to_tm)(const void *, struct tm *);
    int (*X509_STORE_add_cert)(X509_STORE *, X509 *);
    int (*X509_STORE_set_flags)(X509_STORE *, unsigned long);
    int (*X509_verify_cert)(X509_STORE_CTX *);
    X509 *(*X509_STORE_CTX_get0_cert)(const X509_STORE_CTX *);
    void (*X509_STORE_CTX_set_error)(X509_STORE_CTX *, int);
    const char *(*X509_verify_cert_error_string)(long);
    NAMES *(*X509_get_ext_d2i)(const X509 *, int, int *, int *);
    int (*OPENSSL_sk_num)(const NAMES *);
    NAME *(*OPENSSL_sk_value)(const NAMES *, int);
    void *(*GENERAL_NAME_get0_value)(const NAME *, int *);
    void (*GENERAL_NAMES_free)(NAMES *);
    const unsigned char *(*ASN1_STRING_get0_data)(const STRING *);
    int (*ASN1_STRING_length)(const STRING *);
    void (*ERR_clear_error)(void);
    unsigned long (*ERR_get_error)(void);
    unsigned long (*ERR_peek_last_error)(void);
    const char *(*ERR_reason_error_string)(unsigned long);
} crypto;

struct function {
    const char *name;
    void *slot;
};

static bool look_up(void *library, const struct function *functions, size_t count) {
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) return false;
        memcpy(functions[i].slot, &function, sizeof function);
    }
    return true;
}

static bool look_up_ssl(void *library) {
#define NAMED(name) {#name, &ssl.name}
    const struct function functions[] = {
        NAMED(TLS_server_method), NAMED(TLS_client_method), NAMED(SSL_CTX_new), NAMED(SSL_CTX_free), NAMED(SSL_CTX_ctrl),
        NAMED(SSL_CTX_set_options), NAMED(SSL_CTX_set_num_tickets), NAMED(SSL_CTX_set_cipher_list),
        NAMED(SSL_CTX_use_certificate), NAMED(SSL_CTX_use_PrivateKey), NAMED(SSL_CTX_check_private_key),
        NAMED(SSL_CTX_set_verify), NAMED(SSL_CTX_set_cert_verify_callback), NAMED(SSL_CTX_get_cert_store),
        NAMED(SSL_CTX_add_client_CA), NAMED(SSL_CTX_set_alpn_select_cb), NAMED(SSL_new), NAMED(SSL_free),
        NAMED(SSL_set_bio), NAMED(SSL_set_accept_state), NAMED(SSL_set_connect_state), NAMED(SSL_do_handshake),
        NAMED(SSL_read), NAMED(SSL_write), NAMED(SSL_shutdown), NAMED(SSL_get_error), NAMED(SSL_get_verify_result),
    };
#undef NAMED
    return look_up(library, functions, sizeof functions / sizeof *functions);
}

static bool look_up_crypto(void *library) {
#define NAMED(name) {#name, &crypto.name}
    const struct function functions[] = {
        NAMED(BIO_meth_new), NAMED(BIO_meth_set_read), NAMED(BIO_meth_set_write), NAMED(BIO_meth_set_ctrl),
        NAMED(BIO_new), NAMED(BIO_free), NAMED(BIO_set_data), NAMED(BIO_get_data), NAMED(BIO_set_init),
        NAMED(BIO_set_flags), NAMED(BIO_clear_flags), NAMED(BIO_new_mem_buf), NAMED(PEM_read_bio_X509),
        NAMED(PEM_read_bio_PrivateKey), NAMED(X509_free), NAMED(EVP_PKEY_free), NAMED(X509_check_private_key),
        NAMED(X509_get0_notAfter), NAMED(ASN1_TIME_to_tm), NAMED(X509_STORE_add_cert), NAMED(X509_STORE_set_flags),
        NAMED(X509_verify_cert), NAMED(X509_STORE_CTX_get0_cert), NAMED(X509_STORE_CTX_set_error),
        NAMED(X509_verify_cert_error_string), NAMED(X509_get_ext_d2i), NAMED(OPENSSL_sk_num), NAMED(OPENSSL_sk_value),
        NAMED(GENERAL_NAME_get0_value), NAMED(GENERAL_NAMES_free), NAMED(ASN1_STRING_get0_data),
        NAMED(ASN1_STRING_length), NAMED(ERR_clear_error), NAMED(ERR_get_error), NAMED(ERR_peek_last_error),
        NAMED(ERR_reason_error_string),
    };
#undef NAMED
    return look_up(library, functions, sizeof functions / sizeof *functions);
}

// MARK: Over a socket

// A BIO of its own, because OpenSSL's for sockets gets SIGPIPE where a client has gone, and reads for as long as one talks
// about the connection itself, as with one change of keys after the other.

/// How much one step reads.
enum { BYTES_AT_ONCE = 64 << 10 };

struct copenssl_session {
    SSL *ssl;
    int descriptor;
    /// What the step that is under way may still read.
    long readable;
    bool is_connected;
    bool is_broken;
    bool is_refused;
    char problem[256];
};

static BIO_METHOD *socket_method;

static int transferred(BIO *bio, long count, int direction) {
    crypto.BIO_clear_flags(bio, BIO_READ | BIO_WRITE | BIO_RETRY);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        crypto.BIO_set_flags(bio, direction | BIO_RETRY);
    }
    return (int)count;
}

static int socket_read(BIO *bio, char *bytes, int count) {
    copenssl_session *session = crypto.BIO_get_data(bio);
    long received = -1;
    if (session->readable > 0) {
        received = recv(session->descriptor, bytes, (size_t)count, 0);
        session->readable -= received;
    } else {
        errno = EAGAIN;
    }
    return transferred(bio, received, BIO_READ);
}

static int socket_write(BIO *bio, const char *bytes, int count) {
    int descriptor = ((copenssl_session *)crypto.BIO_get_data(bio))->descriptor;
#ifdef MSG_NOSIGNAL
    int flags = MSG_NOSIGNAL;
#else
    int flags = 0;
#endif
    return transferred(bio, send(descriptor, bytes, (size_t)count, flags), BIO_WRITE);
}

static long socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_FLUSH;
}

static bool make_socket_method(void) {
    socket_method = crypto.BIO_meth_new(BIO_SOURCE_SINK | 0x7f, "socket");
    return socket_method != NULL && crypto.BIO_meth_set_read(socket_method, socket_read) == 1 &&
           crypto.BIO_meth_set_write(socket_method, socket_write) == 1 &&
           crypto.BIO_meth_set_ctrl(socket_method, socket_control) == 1;
}

// MARK: Opening

static const char *open_library(void) {
#ifdef __APPLE__
    static const char *const folders[] = {"", "/opt/homebrew/opt/openssl@3/lib/", "/usr/local/opt/openssl@3/lib/"};
    const char *crypto_name = "libcrypto.3.dylib", *ssl_name = "libssl.3.dylib";
    const char *missing = "libssl.3.dylib cannot be opened; install it with 'brew install openssl@3'";
#else
    static const char *const folders[] = {""};
    const char *crypto_name = "libcrypto.so.3", *ssl_name = "libssl.so.3";
    const char *missing =
        "libssl.so.3 cannot be opened; install it with 'apt install libssl3' (Debian, Ubuntu), "
        "'apk add libssl3' (Alpine) or 'dnf install openssl-libs' (Fedora)";
#endif
    void *crypto_library = NULL, *ssl_library = NULL;
    for (size_t i = 0; ssl_library == NULL && i < sizeof folders / sizeof *folders; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s%s", folders[i], crypto_name);
        crypto_library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        snprintf(path, sizeof path, "%s%s", folders[i], ssl_name);
        ssl_library = crypto_library == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    if (ssl_library == NULL) return missing;
    if (!look_up_crypto(crypto_library) || !look_up_ssl(ssl_library)) {
        return "libssl lacks functions of OpenSSL 3.0; install a newer one";
    }
    return make_socket_method() ? NULL : "OpenSSL cannot be initialised";
}

static const char *open_problem;
static pthread_once_t open_once = PTHREAD_ONCE_INIT;

static void open_and_remember(void) { open_problem = open_library(); }

const char *copenssl_open(void) {
    pthread_once(&open_once, open_and_remember);
    return open_problem;
}

// MARK: Contexts

struct copenssl_context {
    SSL_CTX *ctx;
    bool is_client;
    copenssl_client_rule client_rule;
    /// Ended by NULL.
    char **allowed_names;
};

static bool is_name(const char *allowed, int kind, const unsigned char *bytes, size_t length) {
    if (kind != NAME_ADDRESS) return strlen(allowed) == length && memcmp(allowed, bytes, length) == 0;
    unsigned char address[16];
    int family = length == 4 ? AF_INET : AF_INET6;
    return (length == 4 || length == 16) && inet_pton(family, allowed, address) == 1 &&
           memcmp(address, bytes, length) == 0;
}

static bool is_allowed(const copenssl_context *context, int kind, const STRING *value) {
    const unsigned char *bytes = crypto.ASN1_STRING_get0_data(value);
    int length = crypto.ASN1_STRING_length(value);
    if (bytes == NULL || length < 0) return false;
    for (char **allowed = context->allowed_names; *allowed != NULL; allowed++) {
        if (is_name(*allowed, kind, bytes, (size_t)length)) return true;
    }
    return false;
}

static bool has_allowed_name(const copenssl_context *context, const X509 *certificate) {
    if (context->allowed_names == NULL || *context->allowed_names == NULL) return true;
    NAMES *names = crypto.X509_get_ext_d2i(certificate, NID_SUBJECT_ALT_NAME, NULL, NULL);
    if (names == NULL) return false;
    bool is_found = false;
    for (int i = 0; !is_found && i < crypto.OPENSSL_sk_num(names); i++) {
        int kind = -1;
        const void *value = crypto.GENERAL_NAME_get0_value(crypto.OPENSSL_sk_value(names, i), &kind);
        if (kind == NAME_EMAIL || kind == NAME_DNS || kind == NAME_URI || kind == NAME_ADDRESS) {
            is_found = is_allowed(context, kind, value);
        }
    }
    crypto.GENERAL_NAMES_free(names);
    return is_found;
}

/// In place of the library's own verification of a client's chain.
static int verify_client(X509_STORE_CTX *chain, void *pointer) {
    const copenssl_context *context = pointer;
    bool is_verified =
        context->client_rule == COPENSSL_CLIENT_VERIFIED || context->client_rule == COPENSSL_CLIENT_VERIFIED_IF_GIVEN;
    if (is_verified && crypto.X509_verify_cert(chain) != 1) return 0;
    if (!has_allowed_name(context, crypto.X509_STORE_CTX_get0_cert(chain))) {
        crypto.X509_STORE_CTX_set_error(chain, VERIFY_ERROR_APPLICATION);
        return 0;
    }
    crypto.X509_STORE_CTX_set_error(chain, 0);
    return 1;
}

/// The first of these that the client offers (RFC 7301). One that offers others only is refused.
static int choose_protocol(
    SSL *session, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned count,
    void *pointer) {
    (void)session;
    (void)pointer;
    static const char *const known[] = {"http/1.1", "http/1.0"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        for (unsigned place = 0; place < count && offered[place] < count - place; place += offered[place] + 1u) {
            if (offered[place] == strlen(known[i]) && memcmp(offered + place + 1, known[i], offered[place]) == 0) {
                *chosen = offered + place + 1;
                *length = offered[place];
                return ALPN_OK;
            }
        }
    }
    return ALPN_FATAL;
}

static bool is_error(unsigned long error, int library, int reason) {
    return ((error >> LIBRARY_SHIFT) & LIBRARY_MASK) == (unsigned long)library &&
           (error & REASON_MASK) == (unsigned long)reason;
}

static const char *reason_of_last_error(void) {
    unsigned long error = crypto.ERR_peek_last_error();
    const char *reason = error == 0 ? NULL : crypto.ERR_reason_error_string(error);
    return reason == NULL ? "" : reason;
}

static copenssl_problem note(copenssl_outcome *outcome, copenssl_problem problem) {
    outcome->problem = problem;
    snprintf(outcome->detail, sizeof outcome->detail, "%s", reason_of_last_error());
    return problem;
}

static BIO *reader(const unsigned char *bytes, size_t length) {
    return length > INT32_MAX ? NULL : crypto.BIO_new_mem_buf(bytes, (int)length);
}

/// Whether the text has ended, and nothing in it was wrong.
static bool is_at_end(void) { return is_error(crypto.ERR_peek_last_error(), LIBRARY_PEM, REASON_NO_START_LINE); }

/// Keys with a passphrase cannot be used: nobody is there to type it.
static int refuse_passphrase(char *buffer, int size, int is_written, void *pointer) {
    (void)buffer;
    (void)size;
    (void)is_written;
    (void)pointer;
    return -1;
}

static EVP_PKEY *read_key(const copenssl_server_settings *settings, copenssl_outcome *outcome) {
    BIO *bio = reader(settings->key, settings->key_length);
    if (bio == NULL) return note(outcome, COPENSSL_NO_KEY), NULL;
    EVP_PKEY *key = crypto.PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, NULL);
    crypto.BIO_free(bio);
    if (key != NULL) return key;
    copenssl_problem problem = COPENSSL_NO_KEY;
    for (unsigned long error; (error = crypto.ERR_get_error()) != 0;) {
        if (is_error(error, LIBRARY_PEM, REASON_BAD_PASSWORD_READ) ||
            is_error(error, LIBRARY_PEM, REASON_PROBLEMS_GETTING_PASSWORD)) {
            problem = COPENSSL_ENCRYPTED_KEY;
        }
    }
    // The library's words could only repeat what is in the file.
    outcome->problem = problem;
    return NULL;
}

static void note_end(const X509 *certificate, copenssl_outcome *outcome) {
    struct tm end;
    memset(&end, 0, sizeof end);
    if (crypto.ASN1_TIME_to_tm(crypto.X509_get0_notAfter(certificate), &end) == 1) {
        outcome->certificate_ends_at = (long long)timegm(&end);
    }
}

static copenssl_problem use_certificates(
    SSL_CTX *ctx, const EVP_PKEY *key, const copenssl_server_settings *settings, copenssl_outcome *outcome) {
    BIO *bio = reader(settings->certificates, settings->certificates_length);
    if (bio == NULL) return note(outcome, COPENSSL_NO_CERTIFICATE);
    copenssl_problem problem = COPENSSL_OK;
    size_t count = 0;
    for (X509 *certificate; problem == COPENSSL_OK;) {
        crypto.ERR_clear_error();
        certificate = crypto.PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (certificate == NULL) break;
        if (count == 0) {
            note_end(certificate, outcome);
            if (crypto.X509_check_private_key(certificate, key) != 1) {
                problem = note(outcome, COPENSSL_KEY_MISMATCH);
            } else if (ssl.SSL_CTX_use_certificate(ctx, certificate) != 1) {
                problem = note(outcome, COPENSSL_BAD_CERTIFICATE);
            }
            crypto.X509_free(certificate);
        } else if (ssl.SSL_CTX_ctrl(ctx, CTRL_EXTRA_CHAIN_CERT, 0, certificate) != 1) {
            crypto.X509_free(certificate);
            problem = note(outcome, COPENSSL_BAD_CERTIFICATE);
        }
        count++;
    }
    crypto.BIO_free(bio);
    if (problem == COPENSSL_OK && !is_at_end()) return note(outcome, COPENSSL_BAD_CERTIFICATE);
    return problem == COPENSSL_OK && count == 0 ? note(outcome, COPENSSL_NO_CERTIFICATE) : problem;
}

static copenssl_problem use_authorities(
    SSL_CTX *ctx, const copenssl_server_settings *settings, copenssl_outcome *outcome) {
    BIO *bio = reader(settings->authorities, settings->authorities_length);
    if (bio == NULL) return note(outcome, COPENSSL_NO_AUTHORITY);
    X509_STORE *store = ssl.SSL_CTX_get_cert_store(ctx);
    // An authority of the operator's choice need not be a root.
    crypto.X509_STORE_set_flags(store, FLAG_PARTIAL_CHAIN);
    copenssl_problem problem = COPENSSL_OK;
    size_t count = 0;
    for (X509 *certificate; problem == COPENSSL_OK; count++) {
        crypto.ERR_clear_error();
        certificate = crypto.PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (certificate == NULL) break;
        if (crypto.X509_STORE_add_cert(store, certificate) != 1 || ssl.SSL_CTX_add_client_CA(ctx, certificate) != 1) {
            problem = note(outcome, COPENSSL_BAD_AUTHORITY);
        }
        crypto.X509_free(certificate);
    }
    crypto.BIO_free(bio);
    if (problem == COPENSSL_OK && !is_at_end()) return note(outcome, COPENSSL_BAD_AUTHORITY);
    return problem == COPENSSL_OK && count == 0 ? note(outcome, COPENSSL_NO_AUTHORITY) : problem;
}

static char **copied(const char *const *names) {
    size_t count = 0;
    while (names[count] != NULL) count++;
    char **copies = calloc(count + 1, sizeof *copies);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        // A list that ended early would let in fewer, and an empty one everybody.
        if ((copies[i] = strdup(names[i])) == NULL) {
            while (i > 0) free(copies[--i]);
            free(copies);
            return NULL;
        }
    }
    return copies;
}

static copenssl_problem set_up(
    copenssl_context *context, const copenssl_server_settings *settings, copenssl_outcome *outcome) {
    SSL_CTX *ctx = context->ctx;
    ssl.SSL_CTX_set_options(ctx, OPTIONS | (settings->prefers_own_order ? OPTION_OWN_ORDER : 0));
    ssl.SSL_CTX_set_num_tickets(ctx, 0);
    ssl.SSL_CTX_ctrl(ctx, CTRL_SESSION_CACHE_MODE, SESSION_CACHE_OFF, NULL);
    ssl.SSL_CTX_ctrl(ctx, CTRL_MAX_CERT_LIST, MAX_CERT_LIST, NULL);
    ssl.SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    if (ssl.SSL_CTX_ctrl(ctx, CTRL_MIN_VERSION, settings->oldest_version, NULL) != 1 ||
        ssl.SSL_CTX_ctrl(ctx, CTRL_MAX_VERSION, settings->newest_version, NULL) != 1 ||
        ssl.SSL_CTX_set_cipher_list(ctx, settings->ciphers) != 1 ||
        (settings->groups != NULL && ssl.SSL_CTX_ctrl(ctx, CTRL_GROUPS_LIST, 0, (void *)settings->groups) != 1)) {
        return note(outcome, COPENSSL_BAD_SETTING);
    }
    EVP_PKEY *key = read_key(settings, outcome);
    if (key == NULL) return outcome->problem;
    copenssl_problem problem = use_certificates(ctx, key, settings, outcome);
    if (problem == COPENSSL_OK && ssl.SSL_CTX_use_PrivateKey(ctx, key) != 1) problem = note(outcome, COPENSSL_NO_KEY);
    crypto.EVP_PKEY_free(key);
    if (problem != COPENSSL_OK) return problem;
    if (ssl.SSL_CTX_check_private_key(ctx) != 1) return note(outcome, COPENSSL_KEY_MISMATCH);
    if (settings->authorities_length > 0) problem = use_authorities(ctx, settings, outcome);
    if (problem != COPENSSL_OK) return problem;

    int mode = VERIFY_NONE;
    if (settings->client_rule != COPENSSL_CLIENT_NOT_ASKED) mode |= VERIFY_PEER;
    if (settings->client_rule == COPENSSL_CLIENT_NEEDED || settings->client_rule == COPENSSL_CLIENT_VERIFIED) {
        mode |= VERIFY_FAIL_IF_NO_CERTIFICATE;
    }
    ssl.SSL_CTX_set_verify(ctx, mode, NULL);
    ssl.SSL_CTX_set_cert_verify_callback(ctx, verify_client, context);
    return COPENSSL_OK;
}

static copenssl_context *make_context(const SSL_METHOD *method) {
    copenssl_context *context = calloc(1, sizeof *context);
    if (context == NULL) return NULL;
    context->ctx = ssl.SSL_CTX_new(method);
    if (context->ctx == NULL) {
        free(context);
        return NULL;
    }
    ssl.SSL_CTX_ctrl(
        context->ctx, CTRL_MODE, MODE_PARTIAL_WRITE | MODE_MOVING_WRITE_BUFFER | MODE_RELEASE_BUFFERS, NULL);
    return context;
}

copenssl_context *copenssl_server(const copenssl_server_settings *settings, copenssl_outcome *outcome) {
    memset(outcome, 0, sizeof *outcome);
    crypto.ERR_clear_error();
    copenssl_context *context = make_context(ssl.TLS_server_method());
    if (context != NULL) {
        context->client_rule = settings->client_rule;
        context->allowed_names = copied(settings->allowed_names);
    }
    if (context == NULL || context->allowed_names == NULL) {
        outcome->problem = COPENSSL_NO_MEMORY;
    } else {
        outcome->problem = set_up(context, settings, outcome);
    }
    crypto.ERR_clear_error();
    if (outcome->problem == COPENSSL_OK) return context;
    copenssl_context_free(context);
    return NULL;
}

copenssl_context *copenssl_trusting_client(void) {
    copenssl_context *context = make_context(ssl.TLS_client_method());
    if (context != NULL) context->is_client = true;
    return context;
}

void copenssl_context_free(copenssl_context *context) {
    if (context == NULL) return;
    ssl.SSL_CTX_free(context->ctx);
    for (char **name = context->allowed_names; name != NULL && *name != NULL; name++) free(*name);
    free(context->allowed_names);
    free(context);
}

// MARK: Sessions

copenssl_session *copenssl_session_create(copenssl_context *context, int descriptor) {
    copenssl_session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->ssl = ssl.SSL_new(context->ctx);
    BIO *bio = session->ssl == NULL ? NULL : crypto.BIO_new(socket_method);
    if (bio == NULL) {
        if (session->ssl != NULL) ssl.SSL_free(session->ssl);
        free(session);
        crypto.ERR_clear_error();
        return NULL;
    }
    session->descriptor = descriptor;
    crypto.BIO_set_data(bio, session);
    crypto.BIO_set_init(bio, 1);
    ssl.SSL_set_bio(session->ssl, bio, bio);
    if (context->is_client) {
        ssl.SSL_set_connect_state(session->ssl);
    } else {
        ssl.SSL_set_accept_state(session->ssl);
    }
    return session;
}

void copenssl_session_free(copenssl_session *session) {
    ssl.SSL_free(session->ssl);
    free(session);
}

static void begin_step(copenssl_session *session) {
    crypto.ERR_clear_error();
    session->readable = BYTES_AT_ONCE;
}

/// What the library's code means for the caller.
static int outcome_of(copenssl_session *session, int code) {
    switch (ssl.SSL_get_error(session->ssl, code)) {
    case ERROR_WANT_READ:
        return COPENSSL_WANTS_READ;
    case ERROR_WANT_WRITE:
        return COPENSSL_WANTS_WRITE;
    case ERROR_ZERO_RETURN:
        return COPENSSL_END;
    default:
        break;
    }
    unsigned long error = crypto.ERR_peek_last_error();
    session->is_broken = true;
    unsigned long reason_code = error & REASON_MASK;
    session->is_refused = reason_code == ALERT_CERTIFICATE_REQUIRED || reason_code == ALERT_HANDSHAKE_FAILURE ||
                          reason_code == ALERT_BAD_CERTIFICATE;
    long verdict = ssl.SSL_get_verify_result(session->ssl);
    const char *detail = verdict == VERIFY_ERROR_APPLICATION ? "it is for none of the allowed names"
                         : verdict != 0                      ? crypto.X509_verify_cert_error_string(verdict)
                                                             : "";
    const char *reason = reason_of_last_error();
    if (*reason == '\0') reason = "the connection ended";
    snprintf(session->problem, sizeof session->problem, "%s%s%s", reason, *detail == '\0' ? "" : ": ", detail);
    crypto.ERR_clear_error();
    return COPENSSL_FAILED;
}

int copenssl_session_handshake(copenssl_session *session) {
    if (session->is_broken) return COPENSSL_FAILED;
    begin_step(session);
    int code = ssl.SSL_do_handshake(session->ssl);
    if (code == 1) {
        session->is_connected = true;
        return 1;
    }
    return outcome_of(session, code);
}

long copenssl_session_read(copenssl_session *session, unsigned char *bytes, size_t count) {
    if (session->is_broken) return COPENSSL_FAILED;
    begin_step(session);
    int code = ssl.SSL_read(session->ssl, bytes, count > INT32_MAX ? INT32_MAX : (int)count);
    return code > 0 ? code : outcome_of(session, code);
}

long copenssl_session_write(copenssl_session *session, const unsigned char *bytes, size_t count) {
    if (session->is_broken) return COPENSSL_FAILED;
    begin_step(session);
    int code = ssl.SSL_write(session->ssl, bytes, count > INT32_MAX ? INT32_MAX : (int)count);
    return code > 0 ? code : outcome_of(session, code);
}

void copenssl_session_finish(copenssl_session *session) {
    if (session->is_broken || !session->is_connected) return;
    begin_step(session);
    ssl.SSL_shutdown(session->ssl);
    crypto.ERR_clear_error();
}

const char *copenssl_session_problem(const copenssl_session *session) { return session->problem; }

bool copenssl_session_is_refused(const copenssl_session *session) { return session->is_refused; }
