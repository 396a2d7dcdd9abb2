// What an indicator is to the host: a computation over the bars of one timeframe that keeps its
// buffers aligned with them. indicators*.cpp implement the built-in ones and declare the iXxx
// functions; handles and CopyBuffer lie in handles.cpp.
#pragma once
#include "declared.h"
#include "text.h"
#include "types.h"
#include <functional>
#include <memory>
#include <vector>

namespace host {

// The visible bars of one timeframe, oldest first; the last row is the forming bar, of which only
// what has happened is in it (at its first tick: high = low = close = open, tick_volume = 1).
struct Rates {
    std::vector<datetime> time;
    std::vector<double> open, high, low, close;
    std::vector<int64_t> tick_volume, real_volume;
    std::vector<int> spread;  // points
    double point = 0;         // size of a point
    int seconds = 0;          // nominal length of a bar

    int count() const { return static_cast<int>(time.size()); }
};

class Indicator {
public:
    virtual ~Indicator() = default;

    // Number of buffers that CopyBuffer can read.
    virtual int buffers() const = 0;

    // Bring all buffers to rates.count() values. Called when the Expert Advisor asks for values and
    // something has happened since: from call to call the bars only grow, rows before the last row
    // of the previous call never change, that last row may (it was forming). So a closed row is
    // computed once, the last row again each time. History that changes otherwise makes a new
    // object by the factory given to create_handle.
    virtual void update(const Rates &rates) = 0;

    // Values of a buffer, one per bar, oldest first, as CopyBuffer gives them (PLOT_SHIFT ignored);
    // 0 or EMPTY_VALUE where MetaTrader has those. number is in 0..buffers()-1.
    virtual const std::vector<double> &buffer(int number) const = 0;
};

typedef std::function<std::unique_ptr<Indicator>()> IndicatorFactory;

// Register an indicator and return its handle; INVALID_HANDLE, with the error of GetLastError set,
// for a symbol other than the chart's or a timeframe that cannot be built from its bars. iXxx
// functions check their own parameters first and return bad_parameters() where MetaTrader refuses.
// Handles start at 10, as in MetaTrader: smaller numbers are applied prices.
int create_handle(const string &symbol, ENUM_TIMEFRAMES timeframe, IndicatorFactory factory);
int bad_parameters();

// How the indicator behind a handle is made, for one that is applied to it; empty, with the error of
// GetLastError set, where no such handle exists or its symbol or timeframe is another.
IndicatorFactory factory_of(int handle, const string &symbol, ENUM_TIMEFRAMES timeframe);

}  // namespace host

