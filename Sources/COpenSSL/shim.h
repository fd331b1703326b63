/* libcrypto: SHA-256, random bytes, constant-time compare, SHA-1 for the WebSocket handshake. */
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
