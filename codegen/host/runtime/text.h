// The string of MQL5: a value type, built from literals, compared and joined with operators.
#pragma once
#include <string>

namespace host {
const size_t LONGEST_TEXT = size_t(1) << 26;
[[noreturn]] void too_long();  // a text of more bytes ends the program
}  // namespace host

struct string {
    std::string text;
    string() = default;
    string(const char *from) : text(from == nullptr ? "" : from) {}
    string(std::string from) : text(std::move(from)) {}
    string &operator+=(const string &other) {
        if (text.size() + other.text.size() > host::LONGEST_TEXT)
            host::too_long();
        text += other.text;
        return *this;
    }
};

inline string operator+(const string &a, const string &b) {
    string joined = a;
    joined += b;
    return joined;
}
inline bool operator==(const string &a, const string &b) { return a.text == b.text; }
inline bool operator!=(const string &a, const string &b) { return a.text != b.text; }
inline bool operator<(const string &a, const string &b) { return a.text < b.text; }
inline bool operator>(const string &a, const string &b) { return b < a; }
inline bool operator<=(const string &a, const string &b) { return !(b < a); }
inline bool operator>=(const string &a, const string &b) { return !(a < b); }
