#include "inputs.h"

namespace host {
namespace {

const std::string INPUT = "input.";

template <typename T, typename V>
void assign(const HostInput &input, V value) {
    *static_cast<T *>(input.value) = static_cast<T>(value);
}

void set(const HostInput &input, const std::string &item, const Message &given) {
    switch (input.type) {
    case 'd': return assign<double>(input, given.real(item));
    case 'f': return assign<float>(input, given.real(item));
    case 's': return assign<string>(input, string(given.text(item)));
    case 'b': return assign<bool>(input, given.truth(item));
    case 'k': return assign<int8_t>(input, given.integer(item));
    case 'K': return assign<uchar>(input, given.integer(item));
    case 'h': return assign<int16_t>(input, given.integer(item));
    case 'H': return assign<ushort>(input, given.integer(item));
    case 'i':
    case 'e': return assign<int32_t>(input, given.integer(item));
    case 'u': return assign<uint>(input, given.integer(item));
    case 'L': return assign<ulong>(input, given.integer(item));
    case 'l': return assign<int64_t>(input, given.integer(item));
    case 't': return assign<datetime>(input, given.integer(item));
    case 'c': return assign<color>(input, given.integer(item));
    }
    throw Misunderstood("'" + item + "' is of an unknown type");
}

}  // namespace

void set_inputs(const HostExpert &expert, const Message &given) {
    for (int i = 0; i < expert.inputs; i++) {
        const std::string item = INPUT + expert.input[i].name;
        if (given.has(item))
            set(expert.input[i], item, given);
    }
}

}  // namespace host
