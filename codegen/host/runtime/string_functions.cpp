#include "string_functions.h"
#include <algorithm>
#include <cstdlib>

namespace {

// Text as UTF-16 units. Bytes that are no UTF-8 count as themselves.
std::u16string wide(const std::string &text) {
    std::u16string units;
    for (size_t i = 0; i < text.size();) {
        const unsigned char lead = static_cast<unsigned char>(text[i]);
        const size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
        if (i + more >= text.size() && more > 0)
            break;
        uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
        for (size_t k = 1; k <= more; k++)
            code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        i += more + 1;
        if (code < 0x10000) {
            units += static_cast<char16_t>(code);
        } else {
            units += static_cast<char16_t>(0xD7C0 + (code >> 10));
            units += static_cast<char16_t>(0xDC00 + (code & 0x3FF));
        }
    }
    return units;
}

std::string narrow(const std::u16string &units) {
    std::string text;
    const auto put = [&text](uint32_t byte) { text += static_cast<char>(byte); };
    for (size_t i = 0; i < units.size(); i++) {
        uint32_t code = units[i];
        if (code >= 0xD800 && code < 0xDC00 && i + 1 < units.size())
            code = ((code - 0xD7C0) << 10) + (units[++i] - 0xDC00u);
        if (code < 0x80) {
            put(code);
            continue;
        }
        const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        put((0xF00u >> more & 0xFFu) | code >> 6 * more);
        for (int k = more - 1; k >= 0; k--)
            put(0x80u | (code >> 6 * k & 0x3Fu));
    }
    return text;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

}  // namespace

int StringLen(const string &text) { return static_cast<int>(wide(text.text).size()); }

int StringFind(const string &text, const string &sought, int start) {
    const size_t found = wide(text.text).find(wide(sought.text), static_cast<size_t>(start));
    return found == std::u16string::npos ? -1 : static_cast<int>(found);
}

string StringSubstr(const string &text, int start, int length) {
    const std::u16string units = wide(text.text);
    if (start < 0 || static_cast<size_t>(start) >= units.size())
        return string();
    return narrow(units.substr(static_cast<size_t>(start),
                               length < 0 ? std::u16string::npos : static_cast<size_t>(length)));
}

int StringReplace(string &text, const string &from, const string &to) {
    int replaced = 0;
    for (size_t at = 0; !from.text.empty(); replaced++) {
        at = text.text.find(from.text, at);
        if (at == std::string::npos)
            break;
        if (text.text.size() + to.text.size() > host::LONGEST_TEXT)
            host::too_long();
        text.text.replace(at, from.text.size(), to.text);
        at += to.text.size();
    }
    return replaced;
}

int StringSplit(const string &text, ushort separator, Array<string> &parts) {
    if (text.text.empty())
        return 0;
    const std::string mark = narrow(std::u16string(1, static_cast<char16_t>(separator)));
    parts.cells.clear();
    size_t from = 0;
    for (size_t at; (at = text.text.find(mark, from)) != std::string::npos; from = at + mark.size())
        parts.cells.push_back({text.text.substr(from, at - from)});
    parts.cells.push_back({text.text.substr(from)});
    return parts.total();
}

int StringTrimLeft(string &text) {
    const auto begin = std::find_if_not(text.text.begin(), text.text.end(), is_blank);
    const int cut = static_cast<int>(begin - text.text.begin());
    text.text.erase(text.text.begin(), begin);
    return cut;
}

int StringTrimRight(string &text) {
    const auto end = std::find_if_not(text.text.rbegin(), text.text.rend(), is_blank).base();
    const int cut = static_cast<int>(text.text.end() - end);
    text.text.erase(end, text.text.end());
    return cut;
}

bool StringToUpper(string &text) {
    std::transform(text.text.begin(), text.text.end(), text.text.begin(), upper);
    return true;
}

bool StringToLower(string &text) {
    std::transform(text.text.begin(), text.text.end(), text.text.begin(), lower);
    return true;
}

bool StringAdd(string &text, const string &more) {
    text += more;
    return true;
}

int StringCompare(const string &a, const string &b, bool case_sensitive) {
    string left = a, right = b;
    if (!case_sensitive) {
        StringToLower(left);
        StringToLower(right);
    }
    return left < right ? -1 : right < left ? 1 : 0;
}

ushort StringGetCharacter(const string &text, int position) {
    const std::u16string units = wide(text.text);
    const bool there = position >= 0 && static_cast<size_t>(position) < units.size();
    return there ? units[static_cast<size_t>(position)] : static_cast<ushort>(0);
}

bool StringSetCharacter(string &text, int position, ushort code) {
    std::u16string units = wide(text.text);
    if (position < 0 || static_cast<size_t>(position) > units.size())
        return false;
    if (code == 0)
        units.resize(static_cast<size_t>(position));
    else if (static_cast<size_t>(position) == units.size())
        units += static_cast<char16_t>(code);
    else
        units[static_cast<size_t>(position)] = static_cast<char16_t>(code);
    text.text = narrow(units);
    return true;
}

bool StringFill(string &text, ushort code) {
    text.text = narrow(std::u16string(wide(text.text).size(), static_cast<char16_t>(code)));
    return true;
}

int64_t StringToInteger(const string &text) { return std::strtoll(text.text.c_str(), nullptr, 10); }

double StringToDouble(const string &text) { return std::strtod(text.text.c_str(), nullptr); }
