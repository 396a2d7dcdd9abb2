#include "message.h"
#include <cstring>

namespace host {
namespace {

const std::string MARK = "genfx 2\n";  // changes where the layout of a message does
const size_t ITEM = 13;                // bytes before an item's name

template <typename T>
T number_at(const std::string &bytes, size_t at) {
    T number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

template <typename T>
void append(std::string &bytes, T number) {
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof raw);
}

size_t width(char type) { return type == 's' ? 1 : 8; }

}  // namespace

uint64_t Message::length(const std::string &header) {
    if (header.size() != HEADER || header.compare(0, MARK.size(), MARK) != 0)
        throw Misunderstood("the request is of another version");
    return number_at<uint64_t>(header, MARK.size());
}

Message::Message(std::string body) : body_(std::move(body)) {
    size_t at = 0;
    const auto need = [&](uint64_t bytes) {
        if (bytes > body_.size() - at)
            throw Misunderstood("the request was cut");
    };
    while (at < body_.size()) {
        need(ITEM);
        const char type = body_[at];
        const uint32_t letters = number_at<uint32_t>(body_, at + 1);
        const uint64_t count = number_at<uint64_t>(body_, at + 5);
        at += ITEM;
        need(letters);
        const std::string name = body_.substr(at, letters);
        at += letters;
        need(count);
        need(count * width(type));
        items_[name] = {type, static_cast<size_t>(count), at, false};
        at += static_cast<size_t>(count) * width(type);
    }
}

const Message::Item &Message::item(const std::string &name, char type) const {
    const auto found = items_.find(name);
    if (found == items_.end())
        throw Misunderstood("the request has no '" + name + "'");
    if (found->second.type != type)
        throw Misunderstood("'" + name + "' of the request is not of type '" + type + "'");
    found->second.read = true;
    return found->second;
}

const Message::Item &Message::scalar(const std::string &name, char type) const {
    const Item &found = item(name, type);
    if (found.count != 1)
        throw Misunderstood("'" + name + "' of the request is not one value");
    return found;
}

int64_t Message::integer(const std::string &name) const {
    return number_at<int64_t>(body_, scalar(name, 'i').at);
}

double Message::real(const std::string &name) const {
    return number_at<double>(body_, scalar(name, 'd').at);
}

std::string Message::text(const std::string &name) const {
    const Item &found = item(name, 's');
    return body_.substr(found.at, found.count);
}

std::vector<int64_t> Message::integers(const std::string &name) const {
    const Item &found = item(name, 'i');
    std::vector<int64_t> column(found.count);
    if (found.count > 0)
        std::memcpy(column.data(), body_.data() + found.at, found.count * sizeof column[0]);
    return column;
}

void Message::read_whole() const {
    for (const auto &each : items_) {
        if (!each.second.read)
            throw Misunderstood("'" + each.first + "' of the request is not known here");
    }
}

template <typename T>
void MessageWriter::values(const std::string &name, char type, const T *first, size_t count) {
    body_ += type;
    append(body_, static_cast<uint32_t>(name.size()));
    append(body_, static_cast<uint64_t>(count));
    body_ += name;
    if (count > 0)
        body_.append(reinterpret_cast<const char *>(first), count * sizeof(T));
}

void MessageWriter::add(const std::string &name, int64_t value) { values(name, 'i', &value, 1); }
void MessageWriter::add(const std::string &name, double value) { values(name, 'd', &value, 1); }
void MessageWriter::add(const std::string &name, const std::string &text) {
    values(name, 's', text.data(), text.size());
}
void MessageWriter::add(const std::string &name, const std::vector<int64_t> &column) {
    values(name, 'i', column.data(), column.size());
}
void MessageWriter::add(const std::string &name, const std::vector<double> &column) {
    values(name, 'd', column.data(), column.size());
}

std::string MessageWriter::whole() const {
    std::string bytes = MARK;
    append(bytes, static_cast<uint64_t>(body_.size()));
    return bytes + body_;
}

}  // namespace host
