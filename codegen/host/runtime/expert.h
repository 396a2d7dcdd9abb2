// What a translated Expert Advisor is to the host, and what its code asks of the runtime.
//
// A place in the source is one number, `where`: file * PLACES + line. File 0 is the .mq5 itself, the
// others are its include files, in the order of HostExpert::files.
//
// Arrays, static and dynamic alike, are translated to `Array<T>` (array.h):
//    Array();                                   dynamic, empty
//    Array(int size);                           static: ArrayResize and a series flag are refused
//    Array(int size, std::initializer_list<T>); static with an initialiser, the rest is zero
//    T &at(int64_t index, int where);           fails with "array out of range", where the series
//    const T &at(int64_t index, int where) const;   flag is set index 0 is the newest
//    int total() const;
// New elements of scalars hold host::unset<T>(). Two-dimensional static arrays are flat.
#pragma once
#include "text.h"
#include "types.h"
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

// One input. The host sets the value before reset(); the program sees a constant.
struct HostInput {
    const char *name;
    char type;  // d double, f float, i int, u uint, l long, L ulong, b bool, s string, c color,
                // t datetime, e enum (an int), h short, H ushort, k char, K uchar
    void *value;
};

// The entries of one translated Expert Advisor.
struct HostExpert {
    int (*on_init)(void);        // INIT_SUCCEEDED where the program has no OnInit
    void (*on_deinit)(int);      // null: none, as all that follow
    void (*on_tick)(void);
    double (*on_tester)(void);
    void (*on_trade)(void);
    void (*reset)(void);         // all variables back to their initial values: before every on_init
    int inputs;
    const HostInput *input;
    int files;
    const char *const *file;     // names of the source files
};

extern "C" const HostExpert *genfx_expert(int number);  // null past the last one

namespace host {

const int PLACES = 1000000;

// A critical error: the program is terminated, as MetaTrader does. Given by the broker's runtime.
[[noreturn]] void fail(const char *what, int where);
// Every turn of a loop: fails where there is no end of them.
void turn(int where);
// While a function runs: fails where functions call themselves without end.
struct Frame {
    explicit Frame(int where);
    ~Frame();
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;

private:
    int before_;
};
// A value of a traced function: a local variable, or a field that it assigned.
void trace(const char *name, double value);

// While variables of the program are set up memory is zero, as MetaTrader has it; elsewhere what
// has no value yet holds a pattern that a sanitizer or a comparison finds.
inline thread_local bool zeroing = true;

template <typename T> T unset() {
    if (zeroing)
        return T();
    if constexpr (std::is_same<T, bool>::value || std::is_enum<T>::value) {
        return static_cast<T>(1);  // a sanitizer stops at values that are none of the type
    } else if constexpr (std::is_floating_point<T>::value) {
        return std::numeric_limits<T>::signaling_NaN();
    } else if constexpr (std::is_trivially_copyable<T>::value) {
        T value;
        std::memset(static_cast<void *>(&value), 0xCD, sizeof value);
        return value;
    } else {
        return T();
    }
}

// Whether a number is still what unset() made it.
template <typename T> bool never_set(const T &x) {
    if constexpr (std::is_enum<T>::value || sizeof(T) < 4) {
        return false;  // too few values to tell one that was set
    } else {
        typedef std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t> Bits;
        Bits found, trap = 0;
        std::memcpy(&found, static_cast<const void *>(&x), sizeof found);
        if constexpr (std::is_floating_point<T>::value) {
            const T nan = std::numeric_limits<T>::signaling_NaN();
            std::memcpy(&trap, &nan, sizeof trap);
        } else {
            trap = static_cast<Bits>(0xCDCDCDCDCDCDCDCD);
        }
        return found == trap || found == static_cast<Bits>(0xCDCDCDCDCDCDCDCD);
    }
}

// An element or a member that is read.
template <typename T> T &&known(T &&x, int where) {
    if (never_set(x))
        fail("a value that was never set is read", where);
    return std::forward<T>(x);
}

// Back to what a variable held when the program was loaded.
template <typename T, typename... A> void renew(T &variable, A &&...arguments) {
    variable.~T();
    new (static_cast<void *>(&variable)) T(std::forward<A>(arguments)...);
}

// A structure with all members zero, and a variable made so.
template <typename T> T zeroed() {
    const bool before = zeroing;
    zeroing = true;
    T value = T();
    zeroing = before;
    return value;
}
template <typename T> void clear(T &variable) { variable = zeroed<T>(); }

// A real number cut to a whole one; what has no whole number gives the lowest.
template <typename T> T truncated(double x) {
    if constexpr (!std::is_integral<T>::value) {
        return T(truncated<int64_t>(x));
    } else {
        const double low = static_cast<double>(std::numeric_limits<T>::min());
        const double end = 2.0 * static_cast<double>(std::numeric_limits<T>::max() / 2 + 1);
        if (!(x > low - 1.0 && x < end))
            return std::numeric_limits<T>::min();
        return static_cast<T>(x);
    }
}

template <typename T> T quotient(T a, T b, int where) {
    if (b == T())
        fail("zero divide", where);
    if constexpr (std::is_integral<T>::value && std::is_signed<T>::value) {
        if (b == T(-1))
            return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    }
    return static_cast<T>(a / b);
}

template <typename T> T remainder(T a, T b, int where) {
    if (b == T())
        fail("zero divide", where);
    if constexpr (std::is_signed<T>::value) {
        if (b == T(-1))
            return T();
    }
    return static_cast<T>(a % b);
}

template <typename T> T &divide(T &a, T b, int where) { return a = quotient<T>(a, b, where); }
template <typename T> T &reduce(T &a, T b, int where) { return a = remainder<T>(a, b, where); }

// Place in the flat storage of a static array of two dimensions.
inline int64_t cell(int64_t row, int64_t rows, int64_t column, int64_t columns, int where) {
    if (row < 0 || row >= rows || column < 0 || column >= columns)
        fail("array out of range", where);
    return row * columns + column;
}

// Values of a traced array, the first few.
template <typename A> void trace_array(const char *name, const A &array) {
    for (int i = 0; i < array.total() && i < 4; i++) {
        const std::string element = std::string(name) + "[" + std::to_string(i) + "]";
        trace(element.c_str(), static_cast<double>(array.at(i, 0)));
    }
}

}  // namespace host
