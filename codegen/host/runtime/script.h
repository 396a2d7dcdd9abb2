// What goes wrong while an Expert Advisor runs, as far as the test asks for it.
#pragma once
#include "types.h"
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace host {

enum class Executed { NO, YES, LATER, PARTLY };

// The answer of the server to requests number `request` .. `request + count - 1`, counted from 1.
struct Answer {
    int request, count;
    uint code;
    Executed executed;
};
// From the first tick of a bar on, so many calls of CopyBuffer, CopyRates and the like fail.
struct Outage {
    int bar, calls;
};

// Another chart of the terminal and the expert on it, "" for none.
struct OtherChart {
    int64_t id;
    std::string symbol, expert;
};

struct Script {
    std::vector<Answer> answers;
    std::vector<Outage> outages;
    int late_until = 0, late_rows = 0;  // before this bar the oldest rows of history are not there
    std::set<int> restarts;             // before the first tick of these bars
    std::set<int> silent;               // bars whose first tick never comes
    std::set<int> closed;               // bars in which the market is closed
    int ticks = 1;                      // ticks at the open of a bar, a second apart
    bool live = false;
    std::vector<OtherChart> charts;         // in the terminal's order, behind the expert's own
    std::map<std::string, double> globals;  // variables that the terminal has at the start

    const Answer *answer_to(int request) const {
        for (const Answer &answer : answers) {
            if (request >= answer.request && request < answer.request + answer.count)
                return &answer;
        }
        return nullptr;
    }
};

}  // namespace host
