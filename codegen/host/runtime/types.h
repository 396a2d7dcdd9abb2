// Scalar types of MQL5. `long` is translated to int64_t, since C++ gives it another width on
// Windows.
#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

typedef int64_t mql_long;
typedef uint64_t ulong;
typedef uint32_t uint;
typedef uint16_t ushort;
typedef uint8_t uchar;

// Seconds since 1970. Converts to and from whole numbers silently, as in MQL5; a type of its own,
// because Print and string conversions show it as a date.
struct datetime {
    int64_t value;
    datetime() = default;
    template <typename T, typename = std::enable_if_t<std::is_integral<T>::value>>
    constexpr datetime(T seconds) : value(static_cast<int64_t>(seconds)) {}
    constexpr operator int64_t() const { return value; }
    datetime &operator+=(int64_t seconds) { value += seconds; return *this; }
    datetime &operator-=(int64_t seconds) { value -= seconds; return *this; }
    datetime &operator++() { value++; return *this; }
    datetime &operator--() { value--; return *this; }
    datetime operator++(int) { const datetime before = *this; value++; return before; }
    datetime operator--(int) { const datetime before = *this; value--; return before; }
};

// Red in the lowest byte, then green, then blue.
struct color {
    uint32_t value;
    color() = default;
    template <typename T, typename = std::enable_if_t<std::is_integral<T>::value>>
    constexpr color(T bgr) : value(static_cast<uint32_t>(bgr)) {}
    constexpr operator uint32_t() const { return value; }
};
