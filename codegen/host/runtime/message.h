// What genfx and a program of Expert Advisors tell each other: items by name, each of a type.
// A message is MARK, its length, and items: type, length of the name, number of values, name,
// values. Names and types are checked at every replay, so that neither side takes the one thing
// for the other. codegen/host/message.py is the other end.
#pragma once
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace host {

// The two sides do not understand each other.
struct Misunderstood : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Message {
public:
    static const size_t HEADER = 16;  // bytes: MARK and the length of what follows

    // The length that a header announces.
    static uint64_t length(const std::string &header);
    explicit Message(std::string body);

    int64_t integer(const std::string &name) const;
    int number(const std::string &name) const { return static_cast<int>(integer(name)); }
    bool truth(const std::string &name) const { return integer(name) != 0; }
    double real(const std::string &name) const;
    std::string text(const std::string &name) const;
    std::vector<int64_t> integers(const std::string &name) const;
    bool has(const std::string &name) const { return items_.count(name) > 0; }
    // Fails where an item was not asked for.
    void read_whole() const;

private:
    struct Item {
        char type;
        size_t count, at;
        mutable bool read;
    };
    std::string body_;
    std::map<std::string, Item> items_;

    const Item &item(const std::string &name, char type) const;
    const Item &scalar(const std::string &name, char type) const;
};

class MessageWriter {
public:
    void add(const std::string &name, int64_t value);
    void add(const std::string &name, double value);
    void add(const std::string &name, const std::string &text);
    void add(const std::string &name, const std::vector<int64_t> &column);
    void add(const std::string &name, const std::vector<double> &column);
    // The message, header included.
    std::string whole() const;

private:
    std::string body_;

    template <typename T>
    void values(const std::string &name, char type, const T *first, size_t count);
};

}  // namespace host
