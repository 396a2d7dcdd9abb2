// Inputs of an Expert Advisor that a replay sets, and sets back when it ends.
#pragma once
#include "expert.h"
#include "host.h"
#include <functional>
#include <vector>

namespace host {

class Inputs {
public:
    Inputs() = default;
    Inputs(const Inputs &) = delete;
    Inputs &operator=(const Inputs &) = delete;
    ~Inputs();
    void set(const HostExpert &expert, const HostInputValue &value);

private:
    std::vector<std::function<void()>> undo_;  // newest last

    template <typename T>
    void assign(void *storage, T value);
};

}  // namespace host
