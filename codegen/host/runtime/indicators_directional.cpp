// Range and direction of a trend: iATR, iADX, iADXWilder.
#include "indicators_base.h"

namespace host {
namespace {

double true_range(const Rates &rates, int i) {
    const double before = rates.close[at(i - 1)];
    return std::max(rates.high[at(i)], before) - std::min(rates.low[at(i)], before);
}

// How far a bar reached beyond the one before: the longer side counts, the other is 0. MetaTrader
// compares the two to the last bit, so no tolerance here.
struct Move {
    double up, down;
};
Move directional_move(const Rates &rates, int i) {
    const double up = std::max(0.0, rates.high[at(i)] - rates.high[at(i - 1)]);
    const double down = std::max(0.0, rates.low[at(i - 1)] - rates.low[at(i)]);
    if (up == down) return {0, 0};
    return up > down ? Move{up, 0} : Move{0, down};
}

double index_of(double plus, double minus) {
    return 100 * ratio(std::fabs(plus - minus), plus + minus);
}

// A simple mean of true ranges, the first over bars 1..period. State 1: true range.
class TrueRange : public Computed {
public:
    explicit TrueRange(int period) : Computed(1, 1), period_(period) { begin_ = period; }

protected:
    void compute(const Rates &rates, int i) override {
        cell(1, i) = i == 0 ? 0 : true_range(rates, i);
        if (i < begin_) return;
        if (i > begin_) {
            cell(0, i) = cell(0, i - 1) + (cell(1, i) - cell(1, i - period_)) / period_;
            return;
        }
        double sum = 0;
        for (int j = 1; j <= i; j++) sum += cell(1, j);
        cell(0, i) = sum / period_;
    }

private:
    int period_;
};

// Buffers: 0 ADX, 1 +DI, 2 -DI; each bar's share of its range, exponentially averaged from 0.
class Directional : public Computed {
public:
    explicit Directional(int period) : Computed(3), k_(2.0 / (period + 1.0)) { begin_ = period; }

protected:
    void compute(const Rates &rates, int i) override {
        if (i == 0) {
            for (int buffer = 0; buffer < 3; buffer++) cell(buffer, 0) = 0;
            return;
        }
        const double range = true_range(rates, i);
        const Move move = directional_move(rates, i);
        blend(1, i, 100 * ratio(move.up, range));
        blend(2, i, 100 * ratio(move.down, range));
        blend(0, i, index_of(cell(1, i), cell(2, i)));
    }

private:
    void blend(int buffer, int i, double value) {
        cell(buffer, i) = value * k_ + cell(buffer, i - 1) * (1 - k_);
    }

    double k_;
};

// The same buffers as Wilder smooths them: moves and ranges before they are divided, from 0 at bar
// `period`. States: 3 up, 4 down, 5 range.
class Wilder : public Computed {
public:
    explicit Wilder(int period) : Computed(3, 3), period_(period) { begin_ = period; }

protected:
    void compute(const Rates &rates, int i) override {
        if (i < period_) return;
        const Move move = directional_move(rates, i);
        smooth(3, i, move.up);
        smooth(4, i, move.down);
        smooth(5, i, true_range(rates, i));
        cell(1, i) = 100 * ratio(cell(3, i), cell(5, i));
        cell(2, i) = 100 * ratio(cell(4, i), cell(5, i));
        smooth(0, i, index_of(cell(1, i), cell(2, i)));
    }

private:
    void smooth(int column, int i, double value) {
        cell(column, i) = (cell(column, i - 1) * (period_ - 1) + value) / period_;
    }

    int period_;
};

}  // namespace
}  // namespace host

using namespace host;

int iATR(const string &symbol, ENUM_TIMEFRAMES period, int ma_period) {
    return create<TrueRange>(symbol, period, positive({ma_period}), ma_period);
}

int iADX(const string &symbol, ENUM_TIMEFRAMES period, int adx_period) {
    return create<Directional>(symbol, period, positive({adx_period}), adx_period);
}

int iADXWilder(const string &symbol, ENUM_TIMEFRAMES period, int adx_period) {
    return create<Wilder>(symbol, period, positive({adx_period}), adx_period);
}
