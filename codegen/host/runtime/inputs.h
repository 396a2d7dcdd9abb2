// Inputs of an Expert Advisor that a replay sets.
#pragma once
#include "expert.h"
#include "message.h"

namespace host {

// Set the inputs of which a request has a value: items named INPUT and the input's name.
void set_inputs(const HostExpert &expert, const Message &given);

}  // namespace host
