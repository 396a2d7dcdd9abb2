// Runs an Expert Advisor on what a request says, and writes the report.
#pragma once
#include "expert.h"
#include "message.h"
#include <string>

namespace host {

// Type letter (expert.h) and name of each input.
std::string inputs_of(const HostExpert &expert);
std::string replay(const HostExpert &expert, const Message &given);

}  // namespace host
