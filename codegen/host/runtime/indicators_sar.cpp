// Wilder's parabolic stop: iSAR.
#include "indicators_base.h"

namespace host {
namespace {

// The stop for a bar is fixed when the bar before closes; the bar's own extremes then decide
// whether the position turns. So the forming bar shows the stop as projected, and a closed one the
// stop after a turn. Comparisons are strict and to the last bit, as MetaTrader's. States, as they
// stand after the bar: 1 speed, 2 extreme since the turn, 3 stop for the next bar, 4 direction
// (1 long, -1 short), 5 row of the last turn.
class Parabolic : public Computed {
public:
    Parabolic(double step, double maximum) : Computed(1, 5), step_(step), maximum_(maximum) {}

protected:
    void compute(const Rates &rates, int i) override {
        if (i < 2) {
            start(rates, i);
            return;
        }
        cell(0, i) = cell(3, i - 1);
        if (i == rates.count() - 1) return;
        advance(rates, i);
    }

private:
    // History starts short, from the highest price of its first bars.
    void start(const Rates &rates, int i) {
        cell(0, i) = highest(rates, 0, i);
        cell(1, i) = step_;
        cell(2, i) = rates.low[at(i)];
        cell(4, i) = -1;
        cell(5, i) = 0;
        if (i == 1) project(rates, i);
    }

    void advance(const Rates &rates, int i) {
        const bool was_long = cell(4, i - 1) > 0;
        const double high = rates.high[at(i)], low = rates.low[at(i)];
        const bool turned = was_long ? cell(0, i) > low : cell(0, i) < high;
        const bool is_long = was_long != turned;
        cell(4, i) = is_long ? 1 : -1;
        cell(5, i) = turned ? i : cell(5, i - 1);
        const double reached = is_long ? high : low;
        if (turned) {
            const int since = static_cast<int>(cell(5, i - 1));
            cell(0, i) = is_long ? lowest(rates, since, i) : highest(rates, since, i);
            cell(1, i) = step_;
            cell(2, i) = reached;
        } else {
            const bool extends = is_long ? reached > cell(2, i - 1) : reached < cell(2, i - 1);
            cell(1, i) = extends ? std::min(cell(1, i - 1) + step_, maximum_) : cell(1, i - 1);
            cell(2, i) = extends ? reached : cell(2, i - 1);
        }
        project(rates, i);
    }

    // The stop moves towards the extreme, but not into the last two bars.
    void project(const Rates &rates, int i) {
        double &next = cell(3, i);
        next = cell(0, i) + cell(1, i) * (cell(2, i) - cell(0, i));
        if (cell(4, i) > 0)
            next = std::min(next, std::min(rates.low[at(i)], rates.low[at(i - 1)]));
        else
            next = std::max(next, std::max(rates.high[at(i)], rates.high[at(i - 1)]));
    }

    static double highest(const Rates &rates, int from, int to) {
        return *std::max_element(rates.high.begin() + from, rates.high.begin() + to + 1);
    }
    static double lowest(const Rates &rates, int from, int to) {
        return *std::min_element(rates.low.begin() + from, rates.low.begin() + to + 1);
    }

    double step_, maximum_;
};

}  // namespace
}  // namespace host

using namespace host;

int iSAR(const string &symbol, ENUM_TIMEFRAMES period, double step, double maximum) {
    const bool valid = step > 0 && maximum > 0 && std::isfinite(step) && std::isfinite(maximum);
    return create<Parabolic>(symbol, period, valid, step, maximum);
}
