#include "os/relay/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>

#include "base/assert.h"

namespace homeward::os {

namespace {

constexpr unsigned char kProtocols[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, kProtocols, sizeof kProtocols - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// In place of the library's question on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // An idle connection keeps no buffers; what could not be written may have moved when it is tried again.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const bool is_set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_max_proto_version(context, 0) == 1 &&
                      SSL_CTX_set_num_tickets(context, 0) == 1 &&
                      SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
                      SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
  HW_ASSERT(is_set);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

EVP_PKEY* read_key(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return nullptr;
  EVP_PKEY* key = PEM_read_PrivateKey(file, nullptr, no_passphrase, nullptr);
  std::fclose(file);
  return key;
}

// Empty, or what is wrong with the files.
std::string use_files(SSL_CTX* context, const std::string& certificate_file, const std::string& key_file) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return "--tls-cert: the file cannot be read, holds no certificate in PEM, or one too weak to use";
  EVP_PKEY* key = read_key(key_file);
  if (key == nullptr)
    return "--tls-key: the file cannot be read, or holds no private key in PEM without a passphrase";
  // A key of another type than the certificate's is only found out by the check.
  const bool fits = SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
  EVP_PKEY_free(key);
  return fits ? "" : "--tls-key: the key does not belong to the certificate of --tls-cert";
}

}  // namespace

Tls load_tls(const std::string& certificate_file, const std::string& key_file) {
  Tls out{.context = {SSL_CTX_new(TLS_server_method()), SSL_CTX_free}, .problem = {}};
  HW_ASSERT(out.context != nullptr);
  set_rules(out.context.get());
  out.problem = use_files(out.context.get(), certificate_file, key_file);
  ERR_clear_error();
  if (!out.problem.empty()) out.context.reset();
  return out;
}

}  // namespace homeward::os
