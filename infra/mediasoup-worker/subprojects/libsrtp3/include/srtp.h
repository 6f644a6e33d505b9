// The calls of libsrtp 3 that mediasoup's worker makes, on Debian's libsrtp 2.
//
// Replay protection and key derivation are libsrtp 2's, unchanged; AES and HMAC are OpenSSL's (see openssl-crypto.cpp). This
// header only adapts how the two are called, in four points:
//
// 1. A policy is an opaque object that is filled by setters, where libsrtp 2 has a struct. Nothing has a default that
//    matters: srtp_create() refuses a policy that lacks its SSRC type, its profile or its key.
// 2. protect() writes into another buffer, whose capacity the caller gives; libsrtp 2 works in place and writes up to
//    SRTP_MAX_TRAILER_LEN (SRTCP: SRTP_MAX_SRTCP_TRAILER_LEN) octets past the packet. So the packet is copied first, and
//    only where packet and longest trailer fit.
// 3. unprotect() may get another buffer too; it never grows a packet.
// 4. Lengths are size_t, where libsrtp 2 has int; what does not fit is refused.
//
// Master key identifiers (MKI) are not offered: mediasoup's worker never uses them.
#ifndef LOGE_LIBSRTP3_SRTP_H
#define LOGE_LIBSRTP3_SRTP_H

// Both versions call their policy srtp_policy_t. libsrtp 2's declarations are read under another name.
#define srtp_policy_t loge_srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

// Starts libsrtp 2 and puts OpenSSL's ciphers in the place of its own.
srtp_err_status_t loge_srtp_init();
#ifndef LOGE_LIBSRTP3_KEEP_SRTP_INIT
#define srtp_init loge_srtp_init
#endif

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// libsrtp 2 has no such codes; the numbers are libsrtp 3's.
inline constexpr srtp_err_status_t srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr srtp_err_status_t srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

struct loge_srtp_policy
{
	loge_srtp2_policy_t policy{};
	// Master key and master salt, one after the other: that is how libsrtp 2 takes them.
	std::uint8_t keyAndSalt[SRTP_MAX_KEY_LEN]{};
	std::size_t keyAndSaltLen{ 0 };
	srtp_profile_t profile{ srtp_profile_reserved };
};

using srtp_policy_t = loge_srtp_policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	if (policy == nullptr)
	{
		return srtp_err_status_bad_param;
	}

	*policy = new (std::nothrow) loge_srtp_policy();

	return *policy != nullptr ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy == nullptr)
	{
		return;
	}

	// The key must not stay in freed memory. A plain memset() before delete may be optimised away.
	volatile std::uint8_t* octet = policy->keyAndSalt;

	for (std::size_t i{ 0 }; i < sizeof(policy->keyAndSalt); ++i)
	{
		octet[i] = 0;
	}

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	if (policy == nullptr || ssrc.type == ssrc_undefined)
	{
		return srtp_err_status_bad_param;
	}

	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

// Cipher, tag lengths and services come from libsrtp 2's own table. It gives AES_CM_128_HMAC_SHA1_32 an 80-bit tag for
// RTCP, as RFC 3711 (3.4) demands; so does libsrtp 3.
inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	if (policy == nullptr)
	{
		return srtp_err_status_bad_param;
	}

	srtp_err_status_t err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	if (err != srtp_err_status_ok)
	{
		return err;
	}

	err = srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);

	if (err != srtp_err_status_ok)
	{
		return err;
	}

	policy->profile = profile;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const std::uint8_t* key,
  std::size_t keyLen,
  const std::uint8_t* salt,
  std::size_t saltLen,
  const std::uint8_t* mki,
  std::size_t mkiLen)
{
	if (policy == nullptr || key == nullptr || salt == nullptr || mki != nullptr || mkiLen != 0)
	{
		return srtp_err_status_bad_param;
	}

	// libsrtp 2 does not ask how long a key is: it reads as much as the profile says. So the lengths must be the profile's
	// exactly, which also bounds them by SRTP_MAX_KEY_LEN.
	if (
	  policy->profile == srtp_profile_reserved || policy->keyAndSaltLen != 0 ||
	  keyLen != srtp_profile_get_master_key_length(policy->profile) ||
	  saltLen != srtp_profile_get_master_salt_length(policy->profile) ||
	  keyLen + saltLen > sizeof(policy->keyAndSalt))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->keyAndSalt, key, keyLen);
	std::memcpy(policy->keyAndSalt + keyLen, salt, saltLen);
	policy->keyAndSaltLen = keyLen + saltLen;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	if (policy == nullptr)
	{
		return srtp_err_status_bad_param;
	}

	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, std::size_t windowSize)
{
	// The bounds of libsrtp: 64 by RFC 3711 (3.3.2), and half of the sequence numbers.
	if (policy == nullptr || windowSize < 64 || windowSize >= 0x8000)
	{
		return srtp_err_status_bad_param;
	}

	policy->policy.window_size = windowSize;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	if (
	  session == nullptr || policy == nullptr || policy->profile == srtp_profile_reserved ||
	  policy->keyAndSaltLen == 0 || policy->policy.ssrc.type == ssrc_undefined)
	{
		return srtp_err_status_bad_param;
	}

	// libsrtp 2 copies what it needs of the key, so the policy may be destroyed after this call.
	policy->policy.key  = policy->keyAndSalt;
	policy->policy.next = nullptr;

	return srtp_create(session, &policy->policy);
}

// libsrtp 2's srtp_remove_stream() wants the SSRC in network byte order, and so the worker passes it.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, std::uint32_t ssrcInNetworkOrder)
{
	return srtp_remove_stream(session, ssrcInNetworkOrder);
}

namespace loge_srtp
{
	using InPlaceCall = srtp_err_status_t (*)(srtp_t session, void* packet, int* len);

	// *outLen is the capacity of out before the call and the length of the result after it. maxGrowth is what the call
	// may write past the packet. in and out may be the same buffer, but must not overlap otherwise.
	inline srtp_err_status_t callInPlace(
	  InPlaceCall call,
	  srtp_t session,
	  const std::uint8_t* in,
	  std::size_t inLen,
	  std::uint8_t* out,
	  std::size_t* outLen,
	  std::size_t maxGrowth)
	{
		if (session == nullptr || in == nullptr || out == nullptr || outLen == nullptr)
		{
			return srtp_err_status_bad_param;
		}

		if (inLen > static_cast<std::size_t>(INT_MAX) - maxGrowth)
		{
			return srtp_err_status_bad_param;
		}

		if (*outLen < inLen + maxGrowth)
		{
			return srtp_err_status_buffer_small;
		}

		if (in != out)
		{
			std::memcpy(out, in, inLen);
		}

		int len = static_cast<int>(inLen);

		const srtp_err_status_t err = call(session, out, &len);

		if (err != srtp_err_status_ok)
		{
			return err;
		}

		*outLen = static_cast<std::size_t>(len);

		return srtp_err_status_ok;
	}
} // namespace loge_srtp

inline srtp_err_status_t srtp_protect(
  srtp_t session,
  const std::uint8_t* rtp,
  std::size_t rtpLen,
  std::uint8_t* srtp,
  std::size_t* srtpLen,
  std::size_t mkiIndex)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	return loge_srtp::callInPlace(
	  static_cast<loge_srtp::InPlaceCall>(::srtp_protect), session, rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const std::uint8_t* srtp, std::size_t srtpLen, std::uint8_t* rtp, std::size_t* rtpLen)
{
	return loge_srtp::callInPlace(
	  static_cast<loge_srtp::InPlaceCall>(::srtp_unprotect), session, srtp, srtpLen, rtp, rtpLen, 0);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session,
  const std::uint8_t* rtcp,
  std::size_t rtcpLen,
  std::uint8_t* srtcp,
  std::size_t* srtcpLen,
  std::size_t mkiIndex)
{
	if (mkiIndex != 0)
	{
		return srtp_err_status_bad_mki;
	}

	return loge_srtp::callInPlace(
	  static_cast<loge_srtp::InPlaceCall>(::srtp_protect_rtcp),
	  session,
	  rtcp,
	  rtcpLen,
	  srtcp,
	  srtcpLen,
	  SRTP_MAX_SRTCP_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const std::uint8_t* srtcp, std::size_t srtcpLen, std::uint8_t* rtcp, std::size_t* rtcpLen)
{
	return loge_srtp::callInPlace(
	  static_cast<loge_srtp::InPlaceCall>(::srtp_unprotect_rtcp), session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}

#endif
