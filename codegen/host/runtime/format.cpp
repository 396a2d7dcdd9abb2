#include "format.h"
#include "array.h"
#include "calendar.h"
#include "program.h"
#include <algorithm>
#include <cstdio>
#include <cstring>

namespace host {

namespace {

template <typename T>
std::string written(const char *directive, T value) {
    char text[400];
    const int length = std::snprintf(text, sizeof text, directive, value);
    return std::string(text, static_cast<size_t>(length < 400 ? length : 399));
}

[[noreturn]] void refuse(const std::string &format, const char *why) {
    fail(("format \"" + format + "\": " + why).c_str(), 0);
}

// One directive: flags, width, precision as they stand, size and letter.
struct Directive {
    std::string flags;
    bool wide = false;
    char letter = 0;
};

Directive directive_at(const std::string &format, size_t &at) {
    Directive d;
    while (at < format.size() && std::strchr("-+ #0123456789.", format[at]) != nullptr)
        d.flags += format[at++];
    for (const char *size : {"I64", "ll", "l", "h"}) {
        if (format.compare(at, std::strlen(size), size) == 0) {
            d.wide = size[0] == 'I' || size[1] == 'l';
            at += std::strlen(size);
            break;
        }
    }
    if (at >= format.size())
        refuse(format, "it ends in the middle of a directive");
    d.letter = format[at++];
    return d;
}

std::string fill_in(const std::string &format, const Directive &d, const Value &value) {
    const bool whole = value.kind != Value::REAL && value.kind != Value::TEXT;
    if (std::strchr("diuxXo", d.letter) != nullptr) {
        if (!whole)
            refuse(format, "a whole number is wanted where another value is given");
        if (value.bytes > 4 && !d.wide)
            refuse(format, "a 64-bit value needs %I64");
        const std::string text = "%" + d.flags + "ll" + d.letter;
        const bool narrow_unsigned = d.letter != 'd' && d.letter != 'i' && !d.wide;
        const int64_t number = narrow_unsigned ? static_cast<uint32_t>(value.integer)
                                               : value.integer;
        return written(text.c_str(), static_cast<long long>(number));
    }
    if (std::strchr("fFeEgGaA", d.letter) != nullptr) {
        if (value.kind != Value::REAL)
            refuse(format, "a double is wanted where another value is given");
        return written(("%" + d.flags + d.letter).c_str(), value.real);
    }
    if (d.letter == 's') {
        if (value.kind != Value::TEXT)
            refuse(format, "a string is wanted where another value is given");
        return d.flags.empty() ? value.text : written(("%" + d.flags + "s").c_str(), value.text);
    }
    if (d.letter == 'c' && whole)
        return ShortToString(static_cast<ushort>(value.integer)).text;
    refuse(format, "a directive is unknown");
}

}  // namespace

std::string shown(const Value &value) {
    switch (value.kind) {
    case Value::SIGNED: return std::to_string(value.integer);
    case Value::UNSIGNED: return std::to_string(static_cast<uint64_t>(value.integer));
    case Value::REAL: return written("%.16g", value.real);
    case Value::BOOL: return value.integer ? "true" : "false";
    case Value::TEXT: return value.text;
    case Value::DATE: return shown_time(value.integer, TIME_DATE | TIME_SECONDS);
    case Value::COLOR: return ColorToString(color(value.integer)).text;
    }
    return "";
}

std::string joined(std::initializer_list<Value> values) {
    std::string text;
    for (const Value &value : values)
        text += shown(value);
    return text;
}

std::string formatted(const std::string &format, std::initializer_list<Value> values) {
    std::string text;
    auto value = values.begin();
    for (size_t at = 0; at < format.size();) {
        const char c = format[at++];
        if (c != '%') {
            text += c;
        } else if (at < format.size() && format[at] == '%') {
            text += format[at++];
        } else {
            const Directive d = directive_at(format, at);
            if (value == values.end())
                refuse(format, "a value is missing");
            text += fill_in(format, d, *value++);
        }
    }
    if (value != values.end())
        refuse(format, "there are more values than directives");
    return text;
}

string enum_name(const char *type, int64_t value,
                 std::initializer_list<std::pair<int64_t, const char *>> names) {
    for (const auto &each : names) {
        if (each.first == value)
            return each.second;
    }
    return std::string(type) + "::" + std::to_string(value);
}

void write_journal(const std::string &text) { program().print(text); }
void show_comment(const std::string &text) { program().comment = text; }

}  // namespace host

string IntegerToString(int64_t number, int width, ushort fill) {
    std::string text = std::to_string(number);
    const size_t wanted = width > 0 ? static_cast<size_t>(width) : 0;
    if (wanted > host::LONGEST_TEXT)
        host::too_long();
    if (text.size() < wanted)
        text.insert(0, wanted - text.size(), static_cast<char>(fill));
    return text;
}

string DoubleToString(double number, int digits) {
    if (digits >= 0)
        return host::written(("%." + std::to_string(std::min(digits, 16)) + "f").c_str(), number);
    return host::written(("%." + std::to_string(-digits) + "e").c_str(), number);
}

string ColorToString(color value, bool) {
    const uint32_t bgr = value;
    return std::to_string(bgr & 255u) + "," + std::to_string(bgr >> 8 & 255u) + "," +
           std::to_string(bgr >> 16 & 255u);
}

string CharToString(uchar code) { return std::string(1, static_cast<char>(code)); }

string ShortToString(ushort code) {
    string text(" ");
    StringSetCharacter(text, 0, code);
    return text;
}
