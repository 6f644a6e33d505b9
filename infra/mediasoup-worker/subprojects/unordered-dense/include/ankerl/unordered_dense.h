// The part of ankerl::unordered_dense that mediasoup's worker uses, on the standard containers.
//
// What the worker relies on holds for both: lookup by value, erase() returning the next element, and no promise about
// the order of elements. The standard containers promise more (elements never move), so nothing that was valid before
// is invalid here.
#ifndef LOGE_ANKERL_UNORDERED_DENSE_H
#define LOGE_ANKERL_UNORDERED_DENSE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	// The standard library's hash of a number is the number itself. The worker combines such hashes of addresses and
	// ports that come from the network, so they are mixed first, by the multiply-and-fold that unordered_dense uses.
	[[nodiscard]] inline std::size_t mix(std::uint64_t value) noexcept
	{
		__extension__ using Uint128 = unsigned __int128;
		const Uint128 product       = static_cast<Uint128>(value) * UINT64_C(0x9E3779B97F4A7C15);

		return static_cast<std::size_t>(
		  static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64));
	}

	template<typename T>
	struct hash
	{
		[[nodiscard]] std::size_t operator()(const T& value) const noexcept
		{
			if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
			{
				return mix(static_cast<std::uint64_t>(value));
			}
			else if constexpr (std::is_pointer_v<T>)
			{
				return mix(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(value)));
			}
			else
			{
				return std::hash<T>{}(value);
			}
		}
	};

	template<typename Key, typename Value, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<typename Key, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense

#endif
