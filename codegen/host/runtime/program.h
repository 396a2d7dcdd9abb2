// One Expert Advisor on its chart: what is its own and not the account's. The program that runs in
// a thread is found by program(); the host sets it before it enters the code of an Expert Advisor.
#pragma once
#include "chart_objects.h"
#include "expert.h"
#include "handles.h"
#include "server.h"
#include "timeseries.h"
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace host {

// Ends the replay of an Expert Advisor: a critical error by MetaTrader's rules, or a call that the
// stand-in refuses. what() names the place in the .mq5.
class Terminated : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct JournalLine {
    int bar;
    datetime time;
    std::string text;
};
struct TraceRow {
    int bar;
    std::string name;
    double value;
};

// Rows first .. end - 1 of a list of the server.
struct Rows {
    size_t first = 0, end = 0;
};

struct Program {
    const HostExpert *expert = nullptr;
    Server *server = nullptr;
    Chart *chart = nullptr;
    bool tester = true;
    int last_error = 0;
    int uninit_reason = 0;
    uint random = 1;
    Handles handles;
    ChartObjects objects;
    std::string comment;           // what Comment shows
    std::map<ulong, std::string> closing_reasons;  // by ticket: "closing position 1: reason"
    Position position;             // copy of the selected one; ticket 0: none
    Order order;                   // copy of the selected one; ticket 0: none
    Rows deals, orders;            // history selected
    ulong one_position = 0;        // of these rows only its own are; 0: all
    std::vector<JournalLine> journal;
    int64_t calls = 0;             // of the runtime since a handler was entered
    int64_t turns = 0;             // of loops, likewise
    int refusals = 0;              // calls of Copy functions that will fail
    int64_t outage = 0;            // of the script, for which they will
    bool tracing = false;          // the current bar is one of those to trace
    std::vector<TraceRow> traced;

    void print(const std::string &text);
    void forget();  // what does not survive a restart
};

Program &program();
void enter(Program *running);  // null: none

// Set the error of GetLastError and return a value that says "failed".
template <typename T>
T failed(int error, T result) {
    program().last_error = error;
    return result;
}

}  // namespace host
