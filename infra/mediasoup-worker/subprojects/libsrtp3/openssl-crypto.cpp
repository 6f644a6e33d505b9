// AES and HMAC of OpenSSL for Debian's libsrtp 2, which is built with NSS. NSS makes and takes down a cipher context for every packet, through a
// software token with locks; that was about half of what the worker did outside the kernel. libsrtp lets its ciphers be replaced
// (cipher.h, auth.h), and takes a replacement only after it has passed the tests of the one in place. Keys, packet indexes, initialisation
// vectors, replay windows and the order of calls stay libsrtp's.
#define LOGE_LIBSRTP3_KEEP_SRTP_INIT
#include "include/srtp.h"
#include "test-vectors.h"

#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/crypto_types.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <climits>
#include <cstring>
#include <memory>
#include <new>

namespace
{
	// The second is there for libsrtp's own tests; no profile of the worker has it.
	constexpr int GcmTagLen{ 16 };
	constexpr int GcmShortTagLen{ 8 };
	constexpr int GcmSaltLen{ 12 };
	constexpr int CounterSaltLen{ 14 };
	constexpr std::size_t CounterBlockLen{ 16 };
	constexpr std::size_t Sha1Len{ 20 };

	struct ContextFreer
	{
		void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
		void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
		void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
	};

	// One key; its context is made once and only gets a new initialisation vector for each packet.
	struct Cipher
	{
		std::unique_ptr<EVP_CIPHER_CTX, ContextFreer> context{ EVP_CIPHER_CTX_new() };
		const EVP_CIPHER* algorithm{ nullptr };
		int keyLen{ 0 };
		int tagLen{ 0 };
		srtp_cipher_direction_t direction{ srtp_direction_any };
		// Counter mode only: the salt, which libsrtp hands over behind the key.
		std::array<std::uint8_t, CounterBlockLen> offset{};

		~Cipher() { OPENSSL_cleanse(this->offset.data(), this->offset.size()); }
	};

	Cipher* asCipher(void* state)
	{
		return static_cast<Cipher*>(state);
	}

	bool fits(unsigned int len)
	{
		return len <= static_cast<unsigned int>(INT_MAX);
	}

	srtp_err_status_t okIf(bool done, srtp_err_status_t otherwise = srtp_err_status_cipher_fail)
	{
		return done ? srtp_err_status_ok : otherwise;
	}

	extern const srtp_cipher_type_t Gcm128Type;
	extern const srtp_cipher_type_t Gcm256Type;
	extern const srtp_cipher_type_t Counter128Type;

	template<const srtp_cipher_type_t* type, const EVP_CIPHER* (*algorithm)(), int keyLen, int saltLen>
	srtp_err_status_t allocCipher(srtp_cipher_pointer_t* out, int keyAndSaltLen, int tagLen)
	{
		if (keyAndSaltLen != keyLen + saltLen || (saltLen == GcmSaltLen && tagLen != GcmTagLen && tagLen != GcmShortTagLen))
		{
			return srtp_err_status_bad_param;
		}

		auto cipher = std::unique_ptr<srtp_cipher_t>(new (std::nothrow) srtp_cipher_t{});
		auto state  = std::unique_ptr<Cipher>(new (std::nothrow) Cipher{});

		if (!cipher || !state || !state->context)
		{
			return srtp_err_status_alloc_fail;
		}

		state->algorithm  = algorithm();
		state->keyLen     = keyLen;
		state->tagLen     = tagLen;
		cipher->type      = type;
		cipher->state     = state.release();
		cipher->key_len   = keyAndSaltLen;
		cipher->algorithm = static_cast<int>(type->id);
		*out              = cipher.release();

		return srtp_err_status_ok;
	}

	srtp_err_status_t deallocCipher(srtp_cipher_pointer_t cipher)
	{
		delete asCipher(cipher->state);
		delete cipher;

		return srtp_err_status_ok;
	}

	srtp_err_status_t initCipher(void* state, const std::uint8_t* key)
	{
		auto* cipher      = asCipher(state);
		cipher->direction = srtp_direction_any;

		return okIf(
		  EVP_CipherInit_ex(cipher->context.get(), cipher->algorithm, nullptr, key, nullptr, 1) == 1,
		  srtp_err_status_init_fail);
	}

	// RFC 7714: libsrtp has put salt, SSRC and packet index together.
	srtp_err_status_t setGcmIv(void* state, std::uint8_t* iv, srtp_cipher_direction_t direction)
	{
		if (direction != srtp_direction_encrypt && direction != srtp_direction_decrypt)
		{
			return srtp_err_status_bad_param;
		}

		auto* cipher      = asCipher(state);
		cipher->direction = direction;

		return okIf(
		  EVP_CipherInit_ex(
		    cipher->context.get(), nullptr, nullptr, nullptr, iv, direction == srtp_direction_encrypt ? 1 : 0) == 1,
		  srtp_err_status_init_fail);
	}

	srtp_err_status_t setGcmAad(void* state, const std::uint8_t* aad, std::uint32_t len)
	{
		int written{ 0 };

		return okIf(
		  fits(len) &&
		    EVP_CipherUpdate(asCipher(state)->context.get(), nullptr, &written, aad, static_cast<int>(len)) == 1,
		  srtp_err_status_algo_fail);
	}

	srtp_err_status_t encryptGcm(void* state, std::uint8_t* buffer, unsigned int* len)
	{
		auto* cipher = asCipher(state);
		int written{ 0 };

		if (cipher->direction != srtp_direction_encrypt || !fits(*len))
		{
			return srtp_err_status_bad_param;
		}

		return okIf(
		  EVP_EncryptUpdate(cipher->context.get(), buffer, &written, buffer, static_cast<int>(*len)) == 1 &&
		  written == static_cast<int>(*len));
	}

	srtp_err_status_t getGcmTag(void* state, std::uint8_t* tag, std::uint32_t* len)
	{
		const auto* cipher = asCipher(state);
		auto* context      = cipher->context.get();
		int written{ 0 };
		*len = static_cast<std::uint32_t>(cipher->tagLen);

		return okIf(
		  EVP_EncryptFinal_ex(context, tag, &written) == 1 &&
		    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, cipher->tagLen, tag) == 1,
		  srtp_err_status_algo_fail);
	}

	srtp_err_status_t decryptGcm(void* state, std::uint8_t* buffer, unsigned int* len)
	{
		auto* cipher  = asCipher(state);
		auto* context = cipher->context.get();
		int written{ 0 };

		if (cipher->direction != srtp_direction_decrypt || !fits(*len) || *len < static_cast<unsigned int>(cipher->tagLen))
		{
			return srtp_err_status_bad_param;
		}

		const int clearLen = static_cast<int>(*len) - cipher->tagLen;

		if (
		  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, cipher->tagLen, buffer + clearLen) != 1 ||
		  EVP_DecryptUpdate(context, buffer, &written, buffer, clearLen) != 1 || written != clearLen)
		{
			return srtp_err_status_cipher_fail;
		}

		*len = static_cast<unsigned int>(clearLen);

		return okIf(EVP_DecryptFinal_ex(context, buffer + clearLen, &written) == 1, srtp_err_status_auth_fail);
	}

	srtp_err_status_t initCounter(void* state, const std::uint8_t* key)
	{
		auto* cipher = asCipher(state);

		cipher->offset.fill(0);
		std::memcpy(cipher->offset.data(), key + cipher->keyLen, CounterSaltLen);

		return initCipher(state, key);
	}

	// RFC 3711 (4.1.1): salt and index together make the first counter.
	srtp_err_status_t setCounterIv(void* state, std::uint8_t* iv, srtp_cipher_direction_t /*direction*/)
	{
		auto* cipher = asCipher(state);
		std::array<std::uint8_t, CounterBlockLen> counter{};

		for (std::size_t i{ 0 }; i < counter.size(); ++i)
		{
			counter[i] = static_cast<std::uint8_t>(cipher->offset[i] ^ iv[i]);
		}

		return okIf(
		  EVP_EncryptInit_ex(cipher->context.get(), nullptr, nullptr, nullptr, counter.data()) == 1,
		  srtp_err_status_init_fail);
	}

	// Both directions are the same.
	srtp_err_status_t applyCounter(void* state, std::uint8_t* buffer, unsigned int* len)
	{
		int written{ 0 };

		return okIf(
		  fits(*len) &&
		  EVP_EncryptUpdate(
		    asCipher(state)->context.get(), buffer, &written, buffer, static_cast<int>(*len)) == 1 &&
		  written == static_cast<int>(*len));
	}

	EVP_MAC* hmac()
	{
		static const std::unique_ptr<EVP_MAC, ContextFreer> fetched{ EVP_MAC_fetch(
			nullptr, OSSL_MAC_NAME_HMAC, nullptr) };

		return fetched.get();
	}

	EVP_MAC_CTX* asMac(void* state)
	{
		return static_cast<EVP_MAC_CTX*>(state);
	}

	extern const srtp_auth_type_t Sha1Type;

	srtp_err_status_t allocSha1(srtp_auth_pointer_t* out, int keyLen, int tagLen)
	{
		if (keyLen < 0 || tagLen < 0 || static_cast<std::size_t>(tagLen) > Sha1Len)
		{
			return srtp_err_status_bad_param;
		}

		auto auth    = std::unique_ptr<srtp_auth_t>(new (std::nothrow) srtp_auth_t{});
		auto context = std::unique_ptr<EVP_MAC_CTX, ContextFreer>(EVP_MAC_CTX_new(hmac()));

		if (!auth || !context)
		{
			return srtp_err_status_alloc_fail;
		}

		auth->type    = &Sha1Type;
		auth->state   = context.release();
		auth->out_len = tagLen;
		auth->key_len = keyLen;
		*out          = auth.release();

		return srtp_err_status_ok;
	}

	srtp_err_status_t deallocSha1(srtp_auth_pointer_t auth)
	{
		EVP_MAC_CTX_free(asMac(auth->state));
		delete auth;

		return srtp_err_status_ok;
	}

	srtp_err_status_t initSha1(void* state, const std::uint8_t* key, int keyLen)
	{
		char digest[]             = "SHA1";
		const OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
			OSSL_PARAM_construct_end(),
		};

		return okIf(
		  EVP_MAC_init(asMac(state), key, static_cast<std::size_t>(keyLen), params) == 1,
		  srtp_err_status_auth_fail);
	}

	// Without a key it begins anew with the one that it has.
	srtp_err_status_t startSha1(void* state)
	{
		return okIf(EVP_MAC_init(asMac(state), nullptr, 0, nullptr) == 1, srtp_err_status_auth_fail);
	}

	srtp_err_status_t updateSha1(void* state, const std::uint8_t* message, int len)
	{
		return okIf(
		  len >= 0 && EVP_MAC_update(asMac(state), message, static_cast<std::size_t>(len)) == 1,
		  srtp_err_status_auth_fail);
	}

	srtp_err_status_t computeSha1(void* state, const std::uint8_t* message, int len, int tagLen, std::uint8_t* tag)
	{
		std::array<std::uint8_t, Sha1Len> whole{};
		std::size_t written{ 0 };

		if (
		  tagLen < 0 || static_cast<std::size_t>(tagLen) > Sha1Len ||
		  updateSha1(state, message, len) != srtp_err_status_ok ||
		  EVP_MAC_final(asMac(state), whole.data(), &written, whole.size()) != 1 || written != Sha1Len)
		{
			return srtp_err_status_auth_fail;
		}

		std::memcpy(tag, whole.data(), static_cast<std::size_t>(tagLen));

		return srtp_err_status_ok;
	}

	const srtp_cipher_type_t Gcm128Type{
		allocCipher<&Gcm128Type, EVP_aes_128_gcm, 16, GcmSaltLen>,
		deallocCipher,
		initCipher,
		setGcmAad,
		encryptGcm,
		decryptGcm,
		setGcmIv,
		getGcmTag,
		"AES-128 GCM of OpenSSL",
		&loge_srtp::gcm128Test,
		SRTP_AES_GCM_128,
	};

	const srtp_cipher_type_t Gcm256Type{
		allocCipher<&Gcm256Type, EVP_aes_256_gcm, 32, GcmSaltLen>,
		deallocCipher,
		initCipher,
		setGcmAad,
		encryptGcm,
		decryptGcm,
		setGcmIv,
		getGcmTag,
		"AES-256 GCM of OpenSSL",
		&loge_srtp::gcm256Test,
		SRTP_AES_GCM_256,
	};

	const srtp_cipher_type_t Counter128Type{
		allocCipher<&Counter128Type, EVP_aes_128_ctr, 16, CounterSaltLen>,
		deallocCipher,
		initCounter,
		nullptr,
		applyCounter,
		applyCounter,
		setCounterIv,
		nullptr,
		"AES-128 counter mode of OpenSSL",
		&loge_srtp::counterTest,
		SRTP_AES_ICM_128,
	};

	const srtp_auth_type_t Sha1Type{
		allocSha1, deallocSha1, initSha1, computeSha1, updateSha1, startSha1, "HMAC-SHA-1 of OpenSSL", &loge_srtp::sha1Test, SRTP_HMAC_SHA1,
	};
} // namespace

srtp_err_status_t loge_srtp_init()
{
	srtp_err_status_t err = srtp_init();

	for (const auto* type : { &Gcm128Type, &Gcm256Type, &Counter128Type })
	{
		if (err == srtp_err_status_ok)
		{
			err = srtp_replace_cipher_type(type, type->id);
		}
	}

	return err == srtp_err_status_ok ? srtp_replace_auth_type(&Sha1Type, Sha1Type.id) : err;
}
