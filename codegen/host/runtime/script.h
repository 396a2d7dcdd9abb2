// What goes wrong while an Expert Advisor runs, as far as the test asks for it.
#pragma once
#include "types.h"
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace host {

enum class Executed { NO, YES, LATER, PARTLY, PARTS };
enum class ByHand { CLOSE, HALVE, LEVELS };

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
// From the first tick of a bar on, so many of the newest closed bars are there, then more.
struct History {
    int bar, rows;
};
// What a trader does to every position before the first tick of a bar; points from the quote.
struct Hand {
    int bar;
    ByHand action;
    int stop, target;
};
// Money that arrives before the first tick of a bar.
struct Deposit {
    int bar;
    double amount;
};
// The first tick of a bar comes so many seconds after its open, as its tick of this number.
struct LateStart {
    int bar, seconds, ticks;
};

// What of a script came about: places in its tables, and bars of restarts.
struct Met {
    std::set<int64_t> answers, outages, restarts;
    bool late_rows = false;  // some were not there
};

struct Script {
    std::vector<Answer> answers;
    std::vector<Outage> outages;
    std::vector<History> histories;
    std::vector<Hand> hands;
    std::vector<Deposit> deposits;
    std::vector<LateStart> late_starts;
    double credit = 0;                       // lent by the broker
    int facts_from = 0, handles_from = 0;    // before these bars symbol or indicators are missing
    int lag_s = 0;                           // for which BarsCalculated does not count a new bar
    int late_until = 0, late_rows = 0;  // before this bar the oldest rows of history are not there
    std::set<int> restarts;             // before the first tick of these bars
    std::set<int> silent;               // bars whose first tick never comes
    std::set<int> closed;               // bars in which the market is closed
    int ticks = 1;                      // ticks at the open of a bar, a second apart
    int64_t filling = 3;                // SYMBOL_FILLING_MODE: of FOK and IOC, or none of them
    bool live = false;
    std::vector<OtherChart> charts;         // in the terminal's order, behind the expert's own
    std::map<std::string, double> globals;  // variables that the terminal has at the start

    // Whether what comes with a bar is not there yet; the bar before the first one is -1.
    bool missing(int from, int bar) const { return from > 0 && bar < from; }
    const Answer *answer_to(int request) const {
        for (const Answer &answer : answers) {
            if (request >= answer.request && request < answer.request + answer.count)
                return &answer;
        }
        return nullptr;
    }
};

}  // namespace host
