#include "inputs.h"
#include <cstring>
#include <stdexcept>

namespace host {

Inputs::~Inputs() {
    while (!undo_.empty()) {
        undo_.back()();
        undo_.pop_back();
    }
}

template <typename T>
void Inputs::assign(void *storage, T value) {
    T *place = static_cast<T *>(storage);
    undo_.push_back([place, before = *place] { *place = before; });
    *place = value;
}

void Inputs::set(const HostExpert &expert, const HostInputValue &value) {
    const HostInput *input = nullptr;
    for (int i = 0; i < expert.inputs; i++) {
        if (std::strcmp(expert.input[i].name, value.name) == 0)
            input = &expert.input[i];
    }
    if (input == nullptr)
        throw std::invalid_argument(std::string("there is no input ") + value.name);
    switch (input->type) {
    case 'd': return assign(input->value, value.real);
    case 'f': return assign(input->value, static_cast<float>(value.real));
    case 's': return assign(input->value, string(value.text));
    case 'b': return assign(input->value, value.integer != 0);
    case 'k': return assign(input->value, static_cast<int8_t>(value.integer));
    case 'K': return assign(input->value, static_cast<uchar>(value.integer));
    case 'h': return assign(input->value, static_cast<int16_t>(value.integer));
    case 'H': return assign(input->value, static_cast<ushort>(value.integer));
    case 'i':
    case 'e': return assign(input->value, static_cast<int32_t>(value.integer));
    case 'u': return assign(input->value, static_cast<uint>(value.integer));
    case 'L': return assign(input->value, static_cast<ulong>(value.integer));
    case 'l': return assign(input->value, value.integer);
    case 't': return assign(input->value, datetime(value.integer));
    case 'c': return assign(input->value, color(value.integer));
    }
    throw std::invalid_argument(std::string("input ") + value.name + " is of an unknown type");
}

}  // namespace host
