// The course of a test: bars and ticks in their order, the program's handlers, what the script
// wants.
#pragma once
#include "program.h"
#include <set>

namespace host {

class Tester {
public:
    Tester(const HostExpert &expert, const Market &market, const Script &script, int first,
           int end, bool finer_ticks);
    void run();

    std::set<int> traced;  // bars
    Server server;
    Chart chart;
    Program program;
    int init_code = 0, bars_run = 0, leaked = 0;
    bool has_on_tester = false;
    double on_tester = 0;
    std::vector<double> equity;

private:
    const HostExpert &expert_;
    const Market &market_;
    const Script &script_;
    int first_, end_;
    bool finer_ticks_, removed_ = false;
    size_t deals_told_ = 0;

    bool start();
    void stop(int reason);
    void show_history(int rows);
    void bar(int row);
    void first_ticks(int row);
    void finer_bars(int row);
    void tick(double bid, int64_t time);
    void call_on_tick();
    void tell_of_trades();
};

}  // namespace host
