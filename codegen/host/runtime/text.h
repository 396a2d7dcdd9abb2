// The string of MQL5: a value type, built from literals, compared and joined with operators.
#pragma once
#include <string>

struct string {
    std::string text;
    string() = default;
    string(const char *from) : text(from == nullptr ? "" : from) {}
    string(std::string from) : text(std::move(from)) {}
    string &operator+=(const string &other) { text += other.text; return *this; }
};

inline string operator+(const string &a, const string &b) { return string(a.text + b.text); }
inline bool operator==(const string &a, const string &b) { return a.text == b.text; }
inline bool operator!=(const string &a, const string &b) { return a.text != b.text; }
inline bool operator<(const string &a, const string &b) { return a.text < b.text; }
inline bool operator>(const string &a, const string &b) { return b < a; }
inline bool operator<=(const string &a, const string &b) { return !(b < a); }
inline bool operator>=(const string &a, const string &b) { return !(a < b); }
