// A request, as the host keeps it.
#pragma once
#include "market.h"
#include "message.h"
#include "script.h"

namespace host {

// Which bars are run, and how.
struct Course {
    int first, end;        // rows
    bool finer_ticks;      // ticks of the finer bars too
    std::set<int> traced;  // rows at which traced functions report
};

Course course_of(const Message &given);
Market market_of(const Message &given, bool finer_ticks);
Script script_of(const Message &given);

}  // namespace host
