// The four moving averages, and the extremes of a moving window, as parts of indicators. Both take
// rows in ascending order and may be asked for the last row again, with another value in it.
#pragma once
#include "indicators_base.h"

namespace host {

// A moving average of a series whose first value stands at row `first`; rows without a value are 0.
class Average {
public:
    // An exponential average starts at the first value, or with the mean of the first period.
    Average(ENUM_MA_METHOD method, int period, int first, bool mean_first = false)
        : method_(method), period_(period), first_(first), mean_first_(mean_first) {}

    // Returns row i, having seen all rows before it.
    double compute(const Column &x, int i);
    double operator[](int i) const { return values_[at(i)]; }
    const Column &values() const { return values_; }
    // First row that averages a whole period; an exponential average has values before it.
    int begin() const { return first_ + period_ - 1; }

private:
    double simple(const Column &x, int i) const;
    double exponential(const Column &x, int i) const;
    double smoothed(const Column &x, int i) const;
    double weighted(const Column &x, int i);

    ENUM_MA_METHOD method_;
    int period_;
    int first_;
    bool mean_first_;
    Column values_;
    Column sums_;      // of the last period values, LWMA only
    Column products_;  // of values and weights, LWMA only
};

// The mean of the period up to row i, summed anew from the newest row back: where MetaTrader's source
// does not keep a running sum, so that what should be 0 is.
double mean_back(const Column &x, int i, int period);

// The largest (Sign 1) or smallest (Sign -1) value of the last `period` rows, fewer at the start.
template <int Sign>
class Extreme {
public:
    explicit Extreme(int period) : period_(period) {}

    double compute(const Column &x, int i) {
        for (; seen_ < i; seen_++) {
            while (rows_.size() > head_ && !better(x[at(rows_.back())], x[at(seen_)])) rows_.pop_back();
            rows_.push_back(seen_);
        }
        while (head_ < rows_.size() && rows_[head_] <= i - period_) head_++;
        const double now = x[at(i)];
        if (head_ == rows_.size()) return now;
        const double best = x[at(rows_[head_])];
        return better(best, now) ? best : now;
    }

private:
    static bool better(double a, double b) { return Sign > 0 ? a > b : a < b; }

    int period_;
    std::vector<int> rows_;  // closed rows whose value no later one beats, from head_ on
    size_t head_ = 0;
    int seen_ = 0;
};
typedef Extreme<1> Highest;
typedef Extreme<-1> Lowest;

}  // namespace host
