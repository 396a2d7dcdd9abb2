// How the host stops an Expert Advisor: an exception that leaves its code and ends its replay.
#pragma once
#include <stdexcept>
#include <string>

namespace host {

// A critical error by MetaTrader's rules (array out of range, zero divide), or a call that the
// stand-in refuses; the text names the line of the .mq5 where that is known.
class Terminated : public std::runtime_error {
public:
    explicit Terminated(const std::string &message) : std::runtime_error(message) {}
};

// Stop the running Expert Advisor. line: of the .mq5, 0 for unknown.
[[noreturn]] void terminate(const std::string &message, int line = 0);

}  // namespace host
