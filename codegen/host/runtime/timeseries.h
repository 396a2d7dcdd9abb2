// Bars as the terminal shows them: of the chart, and of larger timeframes built from them.
#pragma once
#include "declared.h"
#include "indicator.h"
#include <map>

namespace host {

// One bar of the test data. Prices are bids.
struct Bar {
    datetime time;
    double open, high, low, close;
    int64_t tick_volume;
    int spread;  // points as recorded, 0 where not known
};

// The bars of a timeframe that are visible now; see Rates for the forming one.
class TimeSeries {
public:
    Rates rates;
    int64_t changes = 0;      // grows with every change of the last bar or its number
    int64_t generation = 0;   // grows when older rows change: indicators begin anew

    void begin(const Bar &bar);                                  // a new forming bar
    void extend(double high, double low, double close, int64_t tick_volume);
    void clear();
    bool has(int shift) const { return shift >= 0 && shift < rates.count(); }
    int row(int shift) const { return rates.count() - 1 - shift; }
    int row_of(int64_t time) const;  // last row that opened at or before the time, -1 for none
};

// A larger timeframe that follows the chart's.
class LargerSeries {
public:
    TimeSeries series;
    ENUM_TIMEFRAMES timeframe;

    explicit LargerSeries(ENUM_TIMEFRAMES period) : timeframe(period) {}
    void follow(const TimeSeries &chart);

private:
    int merged_ = 0;            // rows of the chart that are in it, the last one perhaps forming
    int64_t volume_before_ = 0; // of the forming bucket without the last of these rows
    int64_t seen_ = -1, generation_ = 0;

    void merge(const Rates &chart, int row, bool again);
};

// The chart that an Expert Advisor is attached to.
class Chart {
public:
    TimeSeries own;
    ENUM_TIMEFRAMES timeframe = PERIOD_CURRENT;
    string symbol;
    int digits = 0;
    double point = 0;

    // Series of a timeframe, up to date; null where it cannot be built from the chart's bars.
    TimeSeries *series(ENUM_TIMEFRAMES wanted);
    void forget() { larger_.clear(); }

private:
    std::map<ENUM_TIMEFRAMES, LargerSeries> larger_;
};

// Seconds of a timeframe of MetaTrader, 0 for none of them; PERIOD_CURRENT is none.
int timeframe_seconds(ENUM_TIMEFRAMES timeframe);
// The timeframe of so many seconds; one that MetaTrader does not have is its minutes.
ENUM_TIMEFRAMES timeframe_of(int seconds);
// Open time of the bucket that contains a time.
int64_t bucket_start(int64_t time, ENUM_TIMEFRAMES timeframe);

}  // namespace host
