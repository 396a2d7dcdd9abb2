// The C interface of a replay: what replay.py hands in and gets back. All arrays belong to their
// side; a report lives until it is released. Replays of different experts may run in threads of
// their own, since the state of a run is found by thread; two of the same expert may not, because
// an expert's variables exist once in its library.
#pragma once
#include "enums_info.h"
#include <cstdint>

extern "C" {

struct HostBars {
    int64_t count;
    const int64_t *time, *open, *high, *low, *close, *tick_volume, *spread;  // prices in points
    int32_t digits, timeframe;
};

struct HostMarket {
    HostBars bars, finer, conversion;  // count 0: none
    int64_t first, end;                // the tested rows
    const char *symbol, *base_currency, *profit_currency, *deposit_currency;
    double contract_size, lots_min, lots_max, lots_step, margin_per_lot, swap_long, swap_short;
    double deposit, leverage, stop_out, commission, tick_value;
    int32_t digits, tick_points, stops_level, margin_mode, swap_mode, swap_triple_day;
    int32_t hedging, spread, slippage, gap_at_market, both_touched, conversion_inverse;
};

struct HostInputValue {
    const char *name;
    double real;
    int64_t integer;
    const char *text;
};

struct HostAnswer {
    int32_t request, count, code, executed;  // executed: 0 no, 1 yes, 2 later, 3 partly
};

struct HostOutage {
    int32_t bar, calls;
};

struct HostOptions {
    int32_t finer_ticks, live, ticks, late_until, late_rows;
    int32_t input_count, answer_count, outage_count;
    const HostInputValue *inputs;
    const HostAnswer *answers;
    const HostOutage *outages;
    int64_t restart_count, silent_count, closed_count, trace_count;
    const int64_t *restarts, *silent, *closed, *traced;
};

struct HostDeal {
    int64_t time, bar, entry, side, price, stop, target, magic, position;  // prices in points
    double lots, profit, commission, swap, balance;
    char cause[32];
};

struct HostReport {
    int32_t init_code, has_on_tester, leaked, bars_run;
    double on_tester, statistics[STATISTICS];
    int64_t deal_count, equity_count, journal_bytes, trace_bytes, objects_bytes, comment_bytes;
    const HostDeal *deals;
    const double *equity;    // at each close
    const char *journal;     // records "bar US time US text RS"
    const char *trace;       // records "bar US name US value RS"
    const char *objects;     // names of chart objects left behind, each with RS after it
    const char *comment;     // what Comment showed last
    const char *fault;       // null: it ran to the end
};

const HostReport *genfx_replay(int32_t number, const HostMarket *market,
                               const HostOptions *options);
// Type letter and name of an input (expert.h); null past the last one.
const char *genfx_input(int32_t number, int32_t index);
void genfx_release(const HostReport *report);

}  // extern "C"
