// Mathematical functions of MQL5. Arguments keep their types: whole numbers stay whole.
#pragma once
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace host {

// Numbers as a function of two of them returns them; enumerations and bools are none.
template <typename A, typename B>
using Common = std::enable_if_t<std::is_arithmetic<A>::value && std::is_arithmetic<B>::value &&
                                    !std::is_same<A, bool>::value && !std::is_same<B, bool>::value,
                                std::common_type_t<A, B>>;

}  // namespace host

template <typename A, typename B>
host::Common<A, B> MathMax(A a, B b) {
    const host::Common<A, B> x = a, y = b;
    return x > y ? x : y;
}
template <typename A, typename B>
host::Common<A, B> MathMin(A a, B b) {
    const host::Common<A, B> x = a, y = b;
    return x < y ? x : y;
}
template <typename T>
host::Common<T, T> MathAbs(T x) {
    return x < 0 ? -x : x;
}
inline double MathFloor(double x) { return std::floor(x); }
inline double MathCeil(double x) { return std::ceil(x); }
inline double MathRound(double x) { return std::round(x); }
inline double MathSqrt(double x) { return std::sqrt(x); }
inline double MathPow(double base, double exponent) { return std::pow(base, exponent); }
inline double MathExp(double x) { return std::exp(x); }
inline double MathExpm1(double x) { return std::expm1(x); }
inline double MathLog(double x) { return std::log(x); }
inline double MathLog1p(double x) { return std::log1p(x); }
inline double MathLog10(double x) { return std::log10(x); }
inline double MathMod(double a, double b) { return std::fmod(a, b); }
inline double MathSin(double x) { return std::sin(x); }
inline double MathCos(double x) { return std::cos(x); }
inline double MathTan(double x) { return std::tan(x); }
inline double MathArcsin(double x) { return std::asin(x); }
inline double MathArccos(double x) { return std::acos(x); }
inline double MathArctan(double x) { return std::atan(x); }
inline double MathArctan2(double y, double x) { return std::atan2(y, x); }
inline double MathSinh(double x) { return std::sinh(x); }
inline double MathCosh(double x) { return std::cosh(x); }
inline double MathTanh(double x) { return std::tanh(x); }
inline bool MathIsValidNumber(double x) { return std::isfinite(x); }
double NormalizeDouble(double value, int digits);
