// Text from values: Print, PrintFormat, StringFormat and the conversions of numbers.
#pragma once
#include "string_functions.h"
#include "structs.h"
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

namespace host {

// A value on its way into a text.
struct Value {
    enum Kind { SIGNED, UNSIGNED, REAL, BOOL, TEXT, DATE, COLOR };
    Kind kind;
    int bytes;
    int64_t integer;
    double real;
    const char *text;
};

template <typename T>
Value value_of(const T &value) {
    if constexpr (std::is_same<T, bool>::value)
        return {Value::BOOL, 1, value, 0, nullptr};
    else if constexpr (std::is_same<T, datetime>::value)
        return {Value::DATE, 8, value.value, 0, nullptr};
    else if constexpr (std::is_same<T, color>::value)
        return {Value::COLOR, 4, value.value, 0, nullptr};
    else if constexpr (std::is_floating_point<T>::value)
        return {Value::REAL, 8, 0, static_cast<double>(value), nullptr};
    else
        return {std::is_unsigned<T>::value ? Value::UNSIGNED : Value::SIGNED,
                static_cast<int>(sizeof(T)), static_cast<int64_t>(value), 0, nullptr};
}
// A literal is as good as a string.
inline Value value_of(const string &value) { return {Value::TEXT, 0, 0, 0, value.text.c_str()}; }
template <size_t N>
Value value_of(const char (&text)[N]) {
    return {Value::TEXT, 0, 0, 0, text};
}

std::string shown(const Value &value);                        // as Print shows it
std::string joined(std::initializer_list<Value> values);
// As printf, with MetaTrader's %I64d. A directive that does not fit its value, a missing or a
// superfluous value terminates the program: MetaTrader would show something else.
std::string formatted(const std::string &format, std::initializer_list<Value> values);
template <typename T>
string text_of(const T &value) {
    return shown(value_of(value));
}
// The name of a value of an enumeration, "Type::5" where it has none.
string enum_name(const char *type, int64_t value,
                 std::initializer_list<std::pair<int64_t, const char *>> names);
void write_journal(const std::string &text);
void show_comment(const std::string &text);

}  // namespace host

template <typename... T>
void Print(const T &...values) {
    host::write_journal(host::joined({host::value_of(values)...}));
}
template <typename... T>
void Alert(const T &...values) {
    host::write_journal("Alert: " + host::joined({host::value_of(values)...}));
}
template <typename... T>
void Comment(const T &...values) {
    host::show_comment(host::joined({host::value_of(values)...}));
}
template <typename... T>
void PrintFormat(const string &format, const T &...values) {
    host::write_journal(host::formatted(format.text, {host::value_of(values)...}));
}
template <typename... T>
string StringFormat(const string &format, const T &...values) {
    return host::formatted(format.text, {host::value_of(values)...});
}
template <typename... T>
int StringConcatenate(string &text, const T &...values) {
    text = host::joined({host::value_of(values)...});
    return StringLen(text);
}

string IntegerToString(int64_t number, int width = 0, ushort fill = ' ');
string DoubleToString(double number, int digits = 8);
string ColorToString(color value, bool named = false);
string CharToString(uchar code);
string ShortToString(ushort code);
